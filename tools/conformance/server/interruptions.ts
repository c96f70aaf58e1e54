import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Faults } from '../../local/cloud/faults.ts';
import type { Span } from '../../traces/model.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { expectedCount, PREFIX, UNREAD_TEXT } from '../texts.ts';
import { createIds, headersOf } from '../trace-headers.ts';
import { type CallOptions, describeAnswer, type ServerCalls } from './server-calls.ts';

type Around = Readonly<{
  calls: ServerCalls;
  faults: Faults;
  /** Waits for the spans of a trace. */
  awaitSpans(traceId: string): Promise<readonly Span[]>;
}>;

const PARTIAL = 'errors.partial';
export const AGAIN = 'errors.again';

/** Before any other call: what a server does that cannot read one of the texts, and after that. */
export function unreadChecks(around: Around): readonly Check[] {
  let hasFailed = false;
  const onFailure = () => {
    hasFailed = true;
  };
  return [partialCheck(around, onFailure), againCheck(around, () => hasFailed)];
}

const partialCheck = ({ calls, faults }: Around, onFailure: () => void): Check => ({
  id: PARTIAL,
  group: 'Limits and errors',
  title: 'answers with an error while a text cannot be read',
  rule: {
    section: 'server',
    says: 'It **must** never answer with the count of some of the texts.',
  },
  async run() {
    const fault = faults.inject({
      service: 'storage',
      operation: 'download',
      target: PREFIX + UNREAD_TEXT,
      error: 'UNAVAILABLE',
    });
    const answer = await calls.count('everywhere', { deadlineMs: PARTIAL_DEADLINE_MS });
    fault.remove();
    if (fault.applied() === 0) return { skipped: 'the texts were read before the first call' };
    onFailure();
    // A library may try again for longer than the deadline.
    if ([status.UNAVAILABLE, status.DEADLINE_EXCEEDED].includes(answer.code)) return null;
    if (answer.code === 0 && answer.count === BigInt(expectedCount('everywhere'))) {
      return { skipped: 'the texts were read before the first call' };
    }
    return {
      sent: 'a query while Cloud Storage answers 503 for one of the texts',
      came: `${describeAnswer(answer)}; UNAVAILABLE (14) is right`,
      fix: 'let the call fail with UNAVAILABLE if any text cannot be read, and read it again with the next call',
    };
  },
});

const againCheck = ({ calls }: Around, hasFailed: () => boolean): Check => ({
  id: AGAIN,
  group: 'Limits and errors',
  title: 'reads a text again that it could not read',
  rule: { section: 'server', says: 'and reads it again with the next call.' },
  after: [PARTIAL],
  async run() {
    if (!hasFailed()) return { skipped: 'it has read all texts' };
    const answer = await calls.count('everywhere');
    // Whether the count is right is for the next checks to say.
    if (answer.code === 0) return null;
    return {
      sent: 'the same query, once Cloud Storage answers again',
      came: `${describeAnswer(answer)}; OK is right`,
      fix: 'do not keep a failed read: read the texts again with the next call',
    };
  },
});

const PARTIAL_DEADLINE_MS = 3_000;
/** Of each download, so that a server that reads with every call takes this long at least. */
const SLOW_READ_MS = 400;
/** A call that is shorter cannot be interrupted for others to see. */
const LEAST_MS = 250;
const TRIES = 3;

export const interruptionChecks = (around: Around): readonly Check[] => [
  {
    id: 'interruption.cancelled',
    group: 'Deadlines and cancellation',
    title: 'stops work when the call is cancelled',
    rule: RULE,
    after: ['answers.plain', 'traces.stored', 'traces.together'],
    run: () => stops(around, 'cancels the call', (afterMs) => ({ cancelAfterMs: afterMs })),
  },
  {
    id: 'interruption.deadline',
    group: 'Deadlines and cancellation',
    title: 'stops work when the deadline of the call has passed',
    rule: RULE,
    after: ['answers.plain', 'interruption.cancelled'],
    run: () => stops(around, 'lets the deadline pass', (afterMs) => ({ deadlineMs: afterMs })),
  },
];

const RULE = {
  section: 'server',
  says: 'Stop the work of a call that is cancelled, or whose deadline has passed.',
};

async function stops(
  around: Around,
  does: string,
  interrupt: (afterMs: number) => CallOptions,
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
    if (takesMs < LEAST_MS) return { skipped: 'it answers too fast to be interrupted' };
    let late: Late | null = null;
    // A busy machine may be late once; a server that does not stop is late each time.
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      late = await lateBy(around, takesMs, interrupt);
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
): Promise<Late | null> {
  const ids = createIds();
  const afterMs = Math.round(takesMs / 4);
  await calls.count('kestrel', { ...interrupt(afterMs), headers: headersOf(ids) });
  const interruptedMs = performance.timeOrigin + performance.now();
  const halfOfRestMs = (takesMs - afterMs) / 2;
  await sleep(halfOfRestMs);
  const reads = faults.calls('storage', 'download');
  const spans = await awaitSpans(ids.traceId);
  await sleep(halfOfRestMs);
  const more = faults.calls('storage', 'download') - reads;
  if (more > 0) return { came: `it began to read ${more} more texts long after that`, fix: STOP };
  if (spans.length === 0) {
    const fix = 'end the span of the call in every case, also where the call is cancelled';
    return { came: 'it stored no span for that call', fix };
  }
  const lastMs = Math.max(...spans.map(({ endMs }) => endMs)) - interruptedMs;
  if (lastMs <= halfOfRestMs) return null;
  return { came: `its last span ended ${Math.round(lastMs)} ms after that`, fix: STOP };
}
