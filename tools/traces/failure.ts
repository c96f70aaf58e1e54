/**
 * A request that failed, and where it ended. From the root down along the calls that failed, to the
 * last one that has its own cause: what is below a call that was given up was only cancelled.
 *
 *     loadgen           |-----------------------| status 504
 *     client:GET /        |-------------------|   status 504
 *     client:rpc            |---------------|     given up: the walk ends here
 *     server:rpc               |--------------|   was still working: too slow
 *     server:rpc                                |--|    began afterwards: too late
 *     (no span)                                   did it run at all? are its spans stored?
 */
import { ATTR, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import { describeAnswer, GRPC, isErrorAnswer } from './answer.ts';
import { CANCELLED_WITHIN_MS, endOf, type FailureWhere } from './failure-end.ts';
import type { NormalisedTrace } from './normalise.ts';
import { errorOf } from './span.ts';
import type { Node } from './tree.ts';

export type Failure = FailureWhere &
  Readonly<{
    /** What the caller got, of low cardinality: `status 504`, `no answer in time`. */
    outcome: string;
  }>;

/** How the request of this tree failed; null where it did not. A wrong count is another matter. */
export function failureOf(tree: NormalisedTrace): Failure | null {
  const top = tree.root ?? tree.detached[0];
  if (top === undefined) return null;
  const isGeneral = tree.profile === 'general';
  // A front end that refuses for want of an instance says so by its status alone.
  const failed = isGeneral && !top.frontEnd ? isInError(top) : hasFailed(top);
  if (!failed) return null;
  const { node, gaveUp } = walkDown(top);
  const outcome = isGeneral ? ownOutcomeOf(top) : outcomeOf(top);
  return { outcome, ...endOf(node, { gaveUp, profile: tree.profile }) };
}

function hasFailed(top: Node): boolean {
  const type = errorOf(top.span)?.type;
  if (type === UNEXPECTED_RESULT) return false;
  if (type !== undefined) return true;
  // A server that refuses because it is full has no error on its span; the request has one.
  const answer = top.facts.answer;
  if (answer?.protocol === 'http' && answer.code === 429) return true;
  return lastCallFailed(top);
}

/**
 * A root of another system may say nothing of its end: then its last call says it. A root that has a
 * count got its answer, whatever became of an attempt.
 */
function lastCallFailed({ span, children }: Node): boolean {
  if (span.kind !== 'internal' || span.attributes[ATTR.matchCount] !== undefined) return false;
  const calls = children.filter((child) => child.span.kind === 'client');
  const [last] = calls.sort((one, other) => other.endMs - one.endMs);
  return last !== undefined && isInError(last);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  connect: 'no connection',
  reset: 'connection lost',
  identity: 'no ID token',
  stopped: 'given up when the program stopped',
  run_deadline: 'given up when the run ended',
  bad_answer: 'an answer that cannot be used',
  too_large: 'an answer that cannot be used',
};

function outcomeOf(top: Node): string {
  const type = top.span.attributes[ATTR.errorType] ?? '';
  const status = /^http_(\d{3})$/.exec(type)?.[1];
  if (status !== undefined) return `status ${status}`;
  const known = OUTCOMES[type];
  if (known !== undefined) return known;
  const answer = top.facts.answer ?? failedBelow(top)[0]?.facts.answer;
  return answer ? describeAnswer(answer) : type || 'an error';
}

/** Of another system, whose error types are not known. */
function ownOutcomeOf({ span, frontEnd, facts: { answer, errorType } }: Node): string {
  const isError = answer !== null && (frontEnd || isErrorAnswer(span, answer));
  if (isError) return describeAnswer(answer);
  return errorType ?? 'an error';
}

/** What failed below, the last attempt first; a front end may pass an error on as a success (gRPC). */
const failedBelow = (node: Node): readonly Node[] =>
  node.children
    .flatMap((child) => (child.frontEnd && !isInError(child) ? child.children : child))
    .filter(isInError)
    .sort((one, other) => other.endMs - one.endMs || other.startMs - one.startMs);

const isInError = ({ span }: Node): boolean => errorOf(span) !== null;

/** The last span of the failure, and whether it is a call that its program gave up. */
function walkDown(top: Node): { node: Node; gaveUp: boolean } {
  let node = top;
  for (;;) {
    const [next] = failedBelow(node);
    if (node.span.kind === 'client' && isGivenUp(node, next)) return { node, gaveUp: true };
    if (next === undefined) return { node, gaveUp: false };
    node = next;
  }
}

const GIVEN_UP = /time.?out|timed out|deadline|abort|cancel|stopped/i;

/** Whether the caller ended the call, and not an answer: `answering` is what failed below it. */
function isGivenUp(call: Node, answering: Node | undefined): boolean {
  if (answering !== undefined && !answering.frontEnd && hasAnswered(answering, call)) return false;
  const answer = call.facts.answer;
  if (answer?.protocol === 'http') return false;
  if (answer !== null) return [GRPC.deadlineExceeded, GRPC.cancelled].includes(answer.code);
  const { type = '', message = '' } = errorOf(call.span) ?? {};
  return GIVEN_UP.test(`${type} ${message}`);
}

/** A callee that answers ends before its caller; one that is cancelled, after it or with it. */
function hasAnswered(callee: Node, call: Node): boolean {
  const isCancelled = [GRPC.deadlineExceeded, GRPC.cancelled].includes(
    callee.facts.answer?.code ?? 0,
  );
  return callee.endMs < call.endMs - (isCancelled ? CANCELLED_WITHIN_MS : 0);
}
