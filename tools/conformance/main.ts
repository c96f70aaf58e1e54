import { interruptible } from '../cli/command-line.ts';
import { createProgress } from '../cli/progress.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { createClosers } from '../local/closers.ts';
import type { LogContent } from '../local/platforms/program.ts';
import { type Check, type Result, runChecks } from './check.ts';
import { clientChecks } from './client/checks.ts';
import { startStandInServer } from './client/stand-in-server.ts';
import { startTestedCloud, type TestedCloud } from './cloud.ts';
import { createHttpCalls } from './http-calls.ts';
import { loadgenChecks } from './loadgen/checks.ts';
import { startStandInClient } from './loadgen/stand-in-client.ts';
import type { Options } from './options.ts';
import { WITHIN_MS } from './polling.ts';
import { findingsOf, renderResults, resultValue } from './render.ts';
import type { Again } from './secure/secure-checks.ts';
import { serverChecks } from './server/checks.ts';
import { createServerCalls } from './server/server-calls.ts';
import { type Stop, startTested } from './tested-program.ts';

/** Of a stack trace the first lines say most. */
const LAST_LINES = 12;

/** Returns the exit code. */
export async function run(options: Options): Promise<number> {
  const signal = interruptible('interrupted');
  const progress = createProgress(process.stderr);
  try {
    const results = await check(options, {
      signal,
      caller: process.env,
      tell: (line) => process.stderr.write(`${line}\n`),
      onCheck: ({ group, title }) => progress.show(`${group}: ${title}`),
    });
    progress.clear();
    await writeOutcome(options.json, {
      text: () => renderResults(results),
      value: () => resultValue(options, results),
    });
    return findingsOf(results).length === 0 ? 0 : 1;
  } finally {
    progress.clear();
  }
}

type Around = Readonly<{
  signal: AbortSignal;
  caller: NodeJS.ProcessEnv;
  tell: (line: string) => void;
  onCheck: (check: Check) => void;
}>;

async function check(options: Options, around: Around): Promise<readonly Result[]> {
  const closers = createClosers();
  try {
    const tested = await startTestedCloud(options.program);
    closers.add(tested.close);
    const lines: LogContent[] = [];
    const { signal } = around;
    const { upstream, list } = await prepare(options, { ...tested, lines, signal }, closers);
    const variables = tested.variables(options, upstream, around.caller);
    const start = (besides: Readonly<Record<string, string>>) =>
      startTested({
        ...around,
        options,
        variables: { ...variables, ...besides },
        onLine: (line) => lines.push(line),
      });
    const program = await start({});
    closers.add(program.close);
    const { stop } = program;
    const again = stop && {
      cloud: tested.cloud,
      async start(besides: Readonly<Record<string, string>>) {
        await stop();
        return start(besides);
      },
    };
    return await runChecks(list(stop, again), around);
  } finally {
    await closers.closeAll();
  }
}

type Prepared = Readonly<{
  /** What the program is told of its neighbour. */
  upstream: Readonly<Record<string, string>>;
  /** The checks of a program that this tool can stop, or not. */
  list(stop: Stop | undefined, again: Again | undefined): readonly Check[];
}>;

/** Starts the neighbour of the program. */
async function prepare(
  options: Options,
  around: Pick<TestedCloud, 'cloud' | 'textCounts'> & {
    lines: readonly LogContent[];
    signal: AbortSignal;
  },
  closers: ReturnType<typeof createClosers>,
): Promise<Prepared> {
  const { cloud, lines, signal } = around;
  if (options.program === 'server') {
    const calls = createServerCalls(options, WITHIN_MS, signal);
    closers.add(calls.close);
    return {
      upstream: {},
      list: (stop, again) =>
        serverChecks({ calls, cloud, signal, stop, again, withinMs: WITHIN_MS }),
    };
  }
  const lastLines = () =>
    lines
      .slice(-LAST_LINES)
      .map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const call = createHttpCalls(options, WITHIN_MS, { lastLines, signal });
  if (options.program === 'loadgen') {
    const client = await startStandInClient();
    closers.add(client.close);
    const tested = {
      call,
      client,
      lines: options.command === undefined ? undefined : lines,
      textCounts: around.textCounts,
      withinMs: WITHIN_MS,
    };
    return {
      upstream: { CLIENT_ADDR: client.address },
      list: (stop, again) => loadgenChecks(tested, { cloud, signal, stop, again }),
    };
  }
  const server = await startStandInServer();
  closers.add(server.close);
  return {
    upstream: { SERVER_ADDR: server.address },
    list: (stop, again) =>
      clientChecks({ call, server, withinMs: WITHIN_MS }, { cloud, signal, stop, again }),
  };
}
