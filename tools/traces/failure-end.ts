import { formatMs } from '../cli/format.ts';
import { type Answer, describeAnswer, GRPC } from './answer.ts';
import { CALLEES, type Calling, calleeOf, isOutside } from './callee.ts';
import type { Profile } from './profile/profile.ts';
import { errorOf } from './span.ts';
import { calledBy, callerOf, type Node } from './tree.ts';

/** Where a request can end. */
export type FailureEnd =
  | 'not-reached'
  | 'refused-before'
  | 'no-span'
  | 'too-late'
  | 'too-slow'
  | 'own-error'
  | 'dependency'
  | 'caller';

export type FailureWhere = Readonly<{
  end: FailureEnd;
  /** One clause that names the programs, of low cardinality. */
  where: string;
  caller: string;
  /** The program that the last call was for, or the host where it is none of the system. */
  callee: string;
  /** What the last call was answered with; null: nothing. */
  answer: Answer | null;
  /** The span at which it ended. */
  node: Node;
  /** What that span says of it, with its figures. */
  detail: string;
}>;

/**
 * Where a request ended whose failure leads down to this span. `gaveUp`: it is a call that its program
 * did not wait for.
 */
export function endOf(
  node: Node,
  { gaveUp, profile }: Readonly<{ gaveUp: boolean; profile: Profile }>,
): FailureWhere {
  const callees = CALLEES[profile];
  if (node.frontEnd) return endAtFrontEnd({ node, callees });
  if (node.span.kind === 'client') {
    return gaveUp ? endOfGivenUp({ node, callees }) : endOfAnswered({ node, callees });
  }
  const at = { node, answer: node.facts.answer, detail: describeError(node) };
  const { service } = node;
  if (profile === 'shakesapp' && node.parent === null && node.span.kind === 'internal') {
    const callee = calleeOf({ node, callees });
    const where = `${service} failed before it called ${callee}`;
    return { ...at, end: 'caller', caller: service, callee, where };
  }
  const caller = callerOf(node)?.service ?? 'the caller';
  const did = profile === 'general' && node.span.kind === 'internal' ? 'ended' : 'answered';
  const where = `${service} ${did} with its own error`;
  return { ...at, end: 'own-error', caller, callee: service, where };
}

function endOfGivenUp({ node: call, callees }: Calling): FailureWhere {
  const caller = call.service;
  const callee = calleeOf({ node: call, callees });
  const waited = `${caller} gave up after ${formatMs(call.endMs - call.startMs)}`;
  const at = { node: call, caller, callee, answer: null, detail: waited };
  if (isOutside({ node: call, callees })) {
    return { ...at, end: 'dependency', where: `${callee} did not answer ${caller} in time` };
  }
  const served = calledBy(call);
  const working = served.filter(({ startMs }) => startMs <= call.endMs).at(-1);
  if (working !== undefined) return { ...at, ...whileWorking({ node: call, callees }, working) };
  const [late] = served;
  if (late !== undefined) {
    const where = `${callee} began only after ${caller} had given up`;
    const detail = `${waited}; ${callee} began ${formatMs(late.startMs - call.endMs)} later`;
    return { ...at, end: 'too-late', where, detail };
  }
  const where = call.children.some(({ frontEnd }) => frontEnd)
    ? `${caller} gave up; the front end of ${callee} has a span, ${callee} itself has none`
    : `${caller} gave up, and ${callee} has no span`;
  return { ...at, end: 'no-span', where };
}

/** What the callee was busy with at the moment when its caller gave up. */
function whileWorking(
  { node: call, callees }: Calling,
  working: Node,
): Pick<FailureWhere, 'end' | 'where' | 'detail'> {
  const caller = call.service;
  const callee = working.service;
  const open = openAt(working, call.endMs);
  const last = open.at(-1) ?? working;
  const isCall = last.span.kind === 'client' || last.frontEnd;
  const inner = isCall ? calleeOf({ node: last, callees }) : last.service;
  const where =
    inner === callee
      ? `${callee} was still busy when ${caller} gave up`
      : `${callee} was still waiting for ${inner} when ${caller} gave up`;
  const path = open.map(({ service, span }) => `${service}:${span.name}`).join(' > ');
  const begunMs = working.startMs - call.startMs;
  const waitedMs = call.endMs - call.startMs;
  // A start, or a wait for an instance: then the work itself was not what took so long.
  const late = begunMs > waitedMs / 4 ? `, ${formatMs(begunMs)} of it before ${callee} began` : '';
  const detail =
    `${caller} gave up after ${formatMs(waitedMs)}${late}; open since ` +
    `${formatMs(call.endMs - last.startMs)}: ${path}`;
  return { end: 'too-slow', where, detail };
}

/** From this span down to the deepest one that was open at that moment. */
function openAt(top: Node, ms: number): readonly Node[] {
  const path = [top];
  for (let node: Node | undefined = top; node !== undefined; ) {
    node = node.children.filter((child) => isOpenAt(child, ms)).at(-1);
    if (node !== undefined) path.push(node);
  }
  return path;
}

/** Callers and callees that a deadline or a cancellation ends do so in any order within this time. */
export const CANCELLED_WITHIN_MS = 50;
const isOpenAt = ({ startMs, endMs }: Node, ms: number): boolean =>
  startMs <= ms && endMs >= ms - CANCELLED_WITHIN_MS;

/** A call that failed although nothing below it did. */
function endOfAnswered({ node: call, callees }: Calling): FailureWhere {
  const caller = call.service;
  const callee = calleeOf({ node: call, callees });
  const answer = call.facts.answer;
  const at = { node: call, caller, callee, answer, detail: describeError(call) };
  if (isOutside({ node: call, callees })) {
    const did = answer === null ? 'did not answer' : `answered ${describeAnswer(answer)} to`;
    return { ...at, end: 'dependency', where: `${callee} ${did} ${caller}` };
  }
  const front = call.children.find(({ frontEnd }) => frontEnd);
  if (calledBy(call).length > 0) {
    const where = `the answer of ${callee} did not reach ${caller}`;
    return { ...at, end: 'not-reached', where };
  }
  if (front !== undefined && errorOf(front.span) !== null)
    return endAtFrontEnd({ node: front, callees });
  if (front !== undefined || isRefusal(answer)) {
    const status = answer === null ? 'an error' : describeAnswer(answer);
    const where = `${caller} was answered ${status}, and ${callee} has no span`;
    return { ...at, end: 'refused-before', where };
  }
  return { ...at, end: 'not-reached', where: `the call never reached ${callee}` };
}

/** What a front end or a proxy answers in the place of a program; a lost connection is none. */
const REFUSALS: readonly number[] = [
  GRPC.permissionDenied,
  GRPC.unauthenticated,
  GRPC.resourceExhausted,
];
const isRefusal = (answer: Answer | null): boolean =>
  answer?.protocol === 'http' || (answer !== null && REFUSALS.includes(answer.code));

function endAtFrontEnd({ node: front, callees }: Calling): FailureWhere {
  const callee = calleeOf({ node: front, callees });
  const caller = callerOf(front)?.service ?? 'the caller';
  const answer = front.facts.answer;
  const status = answer === null ? 'an error' : describeAnswer(answer);
  const detail =
    `the front end answered ${front.span.name} with ${status} after ` +
    formatMs(front.endMs - front.startMs);
  const at = { node: front, caller, callee, answer, detail };
  return calledBy(front).length === 0
    ? { ...at, end: 'refused-before', where: `no instance of ${callee} got the request` }
    : { ...at, end: 'too-slow', where: `${callee} was still busy when its front end gave up` };
}

function describeError(node: Node): string {
  const { type = '', message = '' } = errorOf(node.span) ?? {};
  const said = message === '' ? type : `${type}: ${message}`;
  return `${node.service}:${node.span.name} says ${said}`;
}
