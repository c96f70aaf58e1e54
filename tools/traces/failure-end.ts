import { formatMs } from '../cli/format.ts';
import { type Answer, describeAnswer, GRPC } from './answer.ts';
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

/** Where a request ended whose failure leads down to this span. */
export function endOf(node: Node, gaveUp: boolean): FailureWhere {
  if (node.frontEnd) return endAtFrontEnd(node);
  if (node.span.kind === 'client') {
    return gaveUp ? endOfGivenUp(node) : endOfAnswered(node);
  }
  const at = { node, answer: node.facts.answer, detail: describeError(node) };
  const { service } = node;
  if (node.parent === null && node.span.kind === 'internal') {
    const callee = calleeOf(node);
    const where = `${service} failed before it called ${callee}`;
    return { ...at, end: 'caller', caller: service, callee, where };
  }
  const caller = callerOf(node)?.service ?? 'the caller';
  const where = `${service} answered with its own error`;
  return { ...at, end: 'own-error', caller, callee: service, where };
}

function endOfGivenUp(call: Node): FailureWhere {
  const caller = call.service;
  const callee = calleeOf(call);
  const waited = `${caller} gave up after ${formatMs(call.endMs - call.startMs)}`;
  const at = { node: call, caller, callee, answer: null, detail: waited };
  if (isOutside(call)) {
    return { ...at, end: 'dependency', where: `${callee} did not answer ${caller} in time` };
  }
  const served = calledBy(call);
  const working = served.filter(({ startMs }) => startMs <= call.endMs).at(-1);
  if (working !== undefined) return { ...at, ...whileWorking(call, working) };
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
function whileWorking(call: Node, working: Node): Pick<FailureWhere, 'end' | 'where' | 'detail'> {
  const caller = call.service;
  const callee = working.service;
  const open = openAt(working, call.endMs);
  const last = open.at(-1) ?? working;
  const inner = last.span.kind === 'client' || last.frontEnd ? calleeOf(last) : last.service;
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
function endOfAnswered(call: Node): FailureWhere {
  const caller = call.service;
  const callee = calleeOf(call);
  const answer = call.facts.answer;
  const at = { node: call, caller, callee, answer, detail: describeError(call) };
  if (isOutside(call)) {
    const did = answer === null ? 'did not answer' : `answered ${describeAnswer(answer)} to`;
    return { ...at, end: 'dependency', where: `${callee} ${did} ${caller}` };
  }
  const front = call.children.find(({ frontEnd }) => frontEnd);
  if (calledBy(call).length > 0) {
    const where = `the answer of ${callee} did not reach ${caller}`;
    return { ...at, end: 'not-reached', where };
  }
  if (front !== undefined && errorOf(front.span) !== null) return endAtFrontEnd(front);
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

function endAtFrontEnd(front: Node): FailureWhere {
  const callee = calleeOf(front);
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

/** Whom a program of the system calls, where no span of the callee says so. */
const CALLEES: Readonly<Record<string, string>> = { loadgen: 'client', client: 'server' };
const FRONT_END_OF = 'g.co/r/cloud_run_revision/service_name';
const HOST_KEYS = ['server.address', 'net.peer.name', 'peer.service', 'rpc.service'];

function calleeOf(node: Node): string {
  const served = calledBy(node).find(({ span }) => span.kind === 'server');
  if (served !== undefined && (node.frontEnd || node.span.kind === 'client')) return served.service;
  const front = node.frontEnd ? node : node.children.find(({ frontEnd }) => frontEnd);
  const caller = node.frontEnd ? callerOf(node)?.service : node.service;
  const { attributes } = node.span;
  const key = HOST_KEYS.find((candidate) => attributes[candidate]);
  return (
    front?.span.attributes[FRONT_END_OF] ??
    CALLEES[caller ?? ''] ??
    (key && attributes[key]) ??
    hostOf(attributes['url.full'] ?? attributes['http.url']) ??
    'the called program'
  );
}

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;

/** A call to what makes no spans in any trace: storage, a database. */
const isOutside = (call: Node): boolean =>
  call.children.length === 0 && CALLEES[call.service] === undefined;

function describeError(node: Node): string {
  const { type = '', message = '' } = errorOf(node.span) ?? {};
  const said = message === '' ? type : `${type}: ${message}`;
  return `${node.service}:${node.span.name} says ${said}`;
}
