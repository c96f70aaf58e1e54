import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../../local/cloud/faults.ts';
import { platformClock } from '../../local/platforms/platform.ts';
import type { Span } from '../../traces/model.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import { type CallOptions, inServer, type ServerCalls } from './server-calls.ts';

type Around = Readonly<{
  calls: ServerCalls;
  faults: Faults;
  /** Waits for the spans of a trace. */
  awaitSpans(traceId: string): Promise<readonly Span[]>;
}>;

/** Of each download, so that a server that reads with every call takes this long at least. */
const SLOW_READ_MS = 400;
/** A call that is shorter cannot be interrupted for others to see. */
const LEAST_MS = 250;
const TRIES = 3;

/** The calls that were interrupted, and whether spans of them are stored. */
type Interrupted = { calls: number; spans: number };

export function interruptionChecks(around: Around): readonly Check[] {
  const cancelled: Interrupted = { calls: 0, spans: 0 };
  const passed: Interrupted = { calls: 0, spans: 0 };
  return [
    {
      id: CANCELLED,
      group: 'Deadlines and cancellation',
      title: 'stops work when the call is cancelled',
      rule: RULE,
      after: ['answers.plain', 'traces.stored', 'traces.together'],
      run: () =>
        stops(
          around,
          'cancels the call',
          (afterMs) => ({ cancel: AbortSignal.timeout(afterMs) }),
          cancelled,
        ),
    },
    {
      id: 'interruption.deadline',
      group: 'Deadlines and cancellation',
      title: 'stops work when the deadline of the call has passed',
      rule: RULE,
      after: ['answers.plain', CANCELLED],
      run: () =>
        stops(around, 'lets the deadline pass', (afterMs) => ({ deadlineMs: afterMs }), passed),
    },
    {
      id: 'interruption.span',
      group: 'Deadlines and cancellation',
      title: 'ends the span of a call that is interrupted',
      rule: { section: 'spans', says: 'A span ends in every case' },
      after: [
        'answers.plain',
        'traces.stored',
        'traces.together',
        CANCELLED,
        'interruption.deadline',
      ],
      run: async () => judgeSpans(cancelled) ?? judgeSpans(passed),
    },
  ];
}

function judgeSpans({ calls, spans }: Interrupted): Finding | Skipped | null {
  if (calls === 0) return { skipped: TOO_FAST };
  if (spans > 0) return null;
  return {
    sent: `${calls === 1 ? 'a call' : `${calls} calls`}, interrupted before the answer`,
    came: 'no span of it is stored',
    fix: 'end the span of the call in every case, also where the call is cancelled or its deadline passes',
  };
}

const CANCELLED = 'interruption.cancelled';
const TOO_FAST = 'it answers too fast to be interrupted, as a server does that keeps its texts';

const RULE = inServer('Stop the work of a call that is cancelled, or whose deadline has passed.');

async function stops(
  around: Around,
  does: string,
  interrupt: (afterMs: number) => CallOptions,
  interrupted: Interrupted,
): Promise<Finding | Skipped | null> {
  const { calls, faults } = around;
  const slow = faults.inject({
    service: 'storage',
    operation: 'download',
    delayMs: SLOW_READ_MS,
  });
  try {
    const startMs = performance.now();
    await calls.count('kestrel');
    const takesMs = performance.now() - startMs;
    if (takesMs < LEAST_MS) return { skipped: TOO_FAST };
    let late: Late | null = null;
    // A busy machine may be late once; a server that does not stop is late each time.
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      late = await lateBy(around, takesMs, interrupt, interrupted);
      if (late === null) return null;
    }
    return {
      sent: `a call that takes ${Math.round(takesMs)} ms, and after a quarter of that ${does}`,
      came: late?.came ?? '',
      fix: late?.fix ?? STOP,
    };
  } finally {
    slow.remove();
  }
}

type Late = Pick<Finding, 'came' | 'fix'>;

const STOP = 'pass the context of the call on to what you do for it, and stop once it is cancelled';

/** What the server does after the interruption that it should not; null: it stopped. */
async function lateBy(
  { calls, faults, awaitSpans }: Around,
  takesMs: number,
  interrupt: (afterMs: number) => CallOptions,
  interrupted: Interrupted,
): Promise<Late | null> {
  const ids = createIds();
  const afterMs = Math.round(takesMs / 4);
  await calls.count('kestrel', { ...interrupt(afterMs), headers: headersOf(ids) });
  const interruptedMs = platformClock.epochMs();
  const halfOfRestMs = (takesMs - afterMs) / 2;
  await sleep(halfOfRestMs);
  const reads = faults.calls('storage', 'download');
  const spans = await awaitSpans(ids.traceId);
  await sleep(halfOfRestMs);
  const more = faults.calls('storage', 'download') - reads;
  if (more > 0) return { came: `it began to read ${more} more texts long after that`, fix: STOP };
  interrupted.calls += 1;
  // Whether its span ends has its own check.
  if (spans.length === 0) return null;
  interrupted.spans += 1;
  const lastMs = Math.max(...spans.map(({ endMs }) => endMs)) - interruptedMs;
  if (lastMs <= halfOfRestMs) return null;
  return { came: `its last span ended ${Math.round(lastMs)} ms after that`, fix: STOP };
}
