import type { ProgramName } from '../../local/platforms/platform.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { holdsWithin } from '../polling.ts';
import type { Stored } from '../stored-spans.ts';
import type { Stop, Stopped } from '../tested-program.ts';

/** What came of the requests around the signal. */
export type AroundEnd = Readonly<{
  /** What the one in flight got in place of its answer; null where it was answered. */
  inFlight: string | null;
  /** The traces of the requests that were answered. */
  answered: readonly string[];
}>;

type Ended = AroundEnd & Readonly<{ stopped: Stopped }>;

const GROUP = 'End';
const EXIT = 'end.exit';
const SPANS = 'end.spans';
/** From the signal until the request in flight goes on: the program is ending by then. */
export const IN_FLIGHT_MS = 300;
const inEnd = (says: string) => ({ section: 'start and end', says });

/**
 * What happens at SIGTERM. `send` has a request in flight and others answered, and calls back just
 * then. The program is gone afterwards, so these come last.
 */
export function endChecks(options: {
  program: ProgramName;
  /** undefined where somebody else started the program. */
  stop: Stop | undefined;
  send: (signal: () => void) => Promise<AroundEnd>;
  store: Stored;
  /** Checks without which nothing is in flight, and checks without which no span is stored. */
  after: Readonly<{ answers: readonly string[]; traces: readonly string[] }>;
}): readonly Check[] {
  const { program, stop, send, store, after } = options;
  let ended: Promise<Ended> | undefined;
  const judge =
    (find: (ended: Ended) => Finding | null | Promise<Finding | null>) =>
    async (): Promise<Finding | Skipped | null> => {
      if (stop === undefined) return { skipped: 'only with --command this tool ends the program' };
      ended ??= end(stop, send);
      return find(await ended);
    };
  return [
    {
      id: EXIT,
      group: GROUP,
      title: 'ends within 10 s of SIGTERM, with the exit code 0',
      rule: inEnd('The exit code 0 is right, and the end by SIGTERM itself.'),
      run: judge(({ stopped }) => judgeExit(stopped)),
    },
    {
      id: SPANS,
      group: GROUP,
      title: 'stores at SIGTERM the spans that it still holds',
      rule: inEnd('It **must** store the spans that it still holds before it ends'),
      after: [EXIT, ...after.answers, ...after.traces],
      run: judge(async ({ answered }) => judgeSpans(answered, store)),
    },
    {
      id: 'end.in-flight',
      group: GROUP,
      title: 'answers at SIGTERM what it has begun',
      rule: inEnd('It answers what it has begun'),
      after: [EXIT, ...after.answers, SPANS],
      run: judge(({ inFlight }) =>
        inFlight === null
          ? null
          : {
              sent: `${IN_FLIGHT[program]} that ${IN_FLIGHT_MS} ms after SIGTERM could be answered`,
              came: inFlight,
              fix: 'handle SIGTERM: take no new connections, wait for what is in flight, then end; libraries call it a graceful stop',
            },
      ),
    },
  ];
}

const IN_FLIGHT: Readonly<Record<ProgramName, string>> = {
  server: 'a call',
  client: 'a request',
  loadgen: 'a run, with requests',
};

async function end(stop: Stop, send: (signal: () => void) => Promise<AroundEnd>): Promise<Ended> {
  let stopping: Promise<Stopped> | undefined;
  const signal = () => {
    stopping ??= stop();
  };
  const around = await send(signal);
  signal();
  return { ...around, stopped: (await stopping) ?? (await stop()) };
}

function judgeExit({ exit, killedAfterMs, lastLines }: Stopped): Finding | null {
  const { code, signal } = exit;
  const wrote = lastLines.length > 0 ? `; it wrote last: ${lastLines.join(' ⏎ ')}` : '';
  const finding = (came: string, fix: string): Finding => ({ sent: 'SIGTERM', came, fix });
  if (killedAfterMs !== undefined) {
    return finding(
      `it still ran ${killedAfterMs / 1_000} s later${wrote}`,
      'end the process within 10 s of SIGTERM; bound what you wait for, and close what keeps the process alive',
    );
  }
  // A shell says the end by a signal as 128 + 15.
  if (code === 0 || code === 128 + 15 || signal === 'SIGTERM') return null;
  const how = code === null ? `it ended by ${signal}` : `it ended with the exit code ${code}`;
  return finding(`${how}${wrote}`, 'end with the exit code 0 after a SIGTERM');
}

/** What was sent before the end is on its way until it is read here. */
const ARRIVES_WITHIN_MS = 2_000;

async function judgeSpans(answered: readonly string[], store: Stored): Promise<Finding | null> {
  const lost = () => answered.filter((traceId) => store.spansIn(traceId).length === 0);
  if (await holdsWithin(ARRIVES_WITHIN_MS, () => lost().length === 0)) return null;
  return {
    sent: `${answered.length} requests, and SIGTERM`,
    came: `the spans of ${lost().length} of them were not stored by its end`,
    fix: 'handle SIGTERM: answer what is in flight, then call Shutdown of the tracer provider, and wait for it before the process ends',
  };
}
