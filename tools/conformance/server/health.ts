import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Faults } from '../../local/cloud/faults.ts';
import { type Check, type Finding, GoneError, type Skipped } from '../check.ts';
import { otherProtocolOf } from '../listening.ts';
import { holdsWithin } from '../polling.ts';
import { describeAnswer, inServer, SERVING, type ServerCalls } from './server-calls.ts';

type Around = Readonly<{ calls: ServerCalls; faults: Faults; withinMs: number }>;

const GROUP = 'Health';
const TEXTS = 'health.texts';

/** The probe of both platforms. Before any other call: nothing has been read for one then. */
export const healthChecks = ({ calls, faults, withinMs }: Around): readonly Check[] => [
  {
    id: TEXTS,
    group: GROUP,
    title: 'reads no texts for a health check',
    rule: inServer('It must not read texts for that.'),
    run: () => checkReads(calls, faults),
  },
  {
    id: 'health.serving',
    group: GROUP,
    title: 'answers SERVING to a health check of the empty name',
    rule: inServer('It **must** answer `SERVING` to the empty service name (`""`)'),
    after: [TEXTS],
    run: () => checkServing(calls, withinMs),
  },
];

/** Long enough between two reads of a program that reads its texts at its start. */
const QUIET_MS = 500;
const QUIET_WITHIN_MS = 5_000;
const POLL_MS = 100;
/** A read in the background begins soon after the answer. */
const READS_WITHIN_MS = 200;

async function checkReads(calls: ServerCalls, faults: Faults): Promise<Finding | Skipped | null> {
  const reads = () => faults.calls('storage');
  let before = reads();
  const untilMs = performance.now() + QUIET_WITHIN_MS;
  for (let quietMs = 0; quietMs < QUIET_MS; quietMs += POLL_MS) {
    if (performance.now() > untilMs) return { skipped: 'it reads the texts by itself meanwhile' };
    await sleep(POLL_MS);
    if (reads() !== before) quietMs = 0;
    before = reads();
  }
  const { code } = await calls.health();
  if (code === status.UNAVAILABLE) await refuseOtherProtocol(calls);
  await sleep(READS_WITHIN_MS);
  const found = reads() - before;
  if (found === 0) return null;
  return {
    sent: 'grpc.health.v1.Health/Check, before any other call',
    came: `it asked Cloud Storage ${found} times`,
    fix: 'answer SERVING as soon as the server takes calls, and read the texts with the first call that needs them',
  };
}

async function refuseOtherProtocol({ at }: ServerCalls): Promise<void> {
  const protocol = await otherProtocolOf(at);
  if (protocol === undefined) return;
  const reason = `it speaks ${protocol}, where gRPC in plain text is asked for`;
  const fix = 'serve gRPC in plain text (h2c) on PORT; TLS ends in front of it';
  const rule = inServer('A gRPC server, in plain text (h2c), on the port in `PORT`.');
  throw new GoneError(reason, { fix, reason, rule });
}

/** It listens, so that it takes calls soon. */
async function checkServing(calls: ServerCalls, withinMs: number): Promise<Finding | null> {
  let answer = await calls.health();
  const isServing = () => answer.code === 0 && answer.count === SERVING;
  // Each call has 30 s: a server that answers none is asked once, and not 600 times.
  const isDecided = () => isServing() || answer.code === status.DEADLINE_EXCEEDED;
  const asksAgain = async () => {
    answer = await calls.health();
    return isDecided();
  };
  if (!isDecided()) await holdsWithin(withinMs, asksAgain);
  if (isServing()) return null;
  const came =
    answer.code === 0 ? `the status ${answer.count}; 1 (SERVING) is right` : describeAnswer(answer);
  const fix = `add your library's health service, and set the status of "" to SERVING`;
  return { sent: 'grpc.health.v1.Health/Check with an empty name', came, fix };
}
