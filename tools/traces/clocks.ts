import {
  CLOCK_TOLERANCE_MS,
  earlyMs,
  fitShiftMs,
  lateMs,
  type Served,
  skewShiftMs,
  type Window,
} from './skew.ts';
import { endedAfterStop } from './span.ts';
import { calledBy, callerOf, type Node, onGrid, subtreeOf } from './tree.ts';

/** Attributes that name a machine or its kernel: who shares one reads the same clock. */
const HOST_KEYS = [
  ...['host.id', 'k8s.node.uid', 'k8s.node.name', 'k8s.pod.uid'],
  // As Cloud Trace's exporters write the resource.
  ...['g.co/r/gce_instance/instance_id', 'g.co/r/k8s_node/node_name'],
  'host.name',
];

/**
 * Whether two spans are known to be of one host. The first key that both have decides, so that equal
 * names of two machines with different ids are no match.
 */
function shareHost(one: Node, other: Node): boolean {
  for (const key of HOST_KEYS) {
    const [here, there] = [one.span.attributes[key], other.span.attributes[key]];
    if (here !== undefined && there !== undefined) return here === there;
  }
  return false;
}

/** A span with the last end of what its own program did below it, as far as it waited for that. */
function servedBy(server: Node): Served {
  let workEndMs: number | null = null;
  const pending = [...server.children];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.service !== server.service) continue;
    pending.push(...node.children);
    if (node.span.impossible !== undefined) continue;
    // What ends after the server's span itself went on in the background.
    if (node.endMs <= server.endMs) workEndMs = Math.max(workEndMs ?? node.endMs, node.endMs);
  }
  return { startMs: server.startMs, endMs: server.endMs, workEndMs };
}

/** Whether a span may end after its caller's although no clock is off: nobody waited for it. */
const mayOutlive = (called: Node): boolean => called.abandoned || endedAfterStop(called.span);

/** The caller whose clock a span's can be held against; null where there is none. */
function comparableCaller(node: Node): Node | null {
  const caller = node.frontEnd ? null : callerOf(node);
  if (caller === null || caller.service === node.service) return null;
  if (caller.span.impossible !== undefined || node.span.impossible !== undefined) return null;
  return shareHost(caller, node) ? null : caller;
}

export type StoredSkew = Readonly<{
  caller: Node;
  earlyMs: number;
  lateMs: number;
  /** The late end is that of a span of its work, not its own. */
  ofWork: boolean;
}>;

/**
 * How far a server's span lies outside its client's by the times as they were stored; null where it
 * lies inside, or where that says nothing of clocks.
 */
export function storedSkewOf(node: Node): StoredSkew | null {
  const caller = node.span.kind === 'server' ? comparableCaller(node) : null;
  if (caller?.span.kind !== 'client') return null;
  const called = moved(servedBy(node), -node.shiftedMs);
  const calling = moved(caller, -caller.shiftedMs);
  const early = earlyMs(calling, called);
  const late = mayOutlive(node) ? 0 : lateMs(calling, called);
  if (early <= CLOCK_TOLERANCE_MS && late === 0) return null;
  return { caller, earlyMs: early, lateMs: late, ofWork: called.workEndMs !== null };
}

const moved = <W extends Window & { workEndMs?: number | null }>(window: W, byMs: number) => ({
  startMs: window.startMs + byMs,
  endMs: window.endMs + byMs,
  workEndMs: window.workEndMs == null ? null : window.workEndMs + byMs,
});

/**
 * Corrects the tree in place. First the programs, each against the program that called it and top
 * down, so that its caller is in place already; then the front ends' own spans are fitted between
 * them. A shift goes down with the walk: nothing below is touched before its turn.
 */
export function correctClocks(top: Node): void {
  const nodes = subtreeOf(top);
  for (const node of nodes) {
    const inheritedMs = node.parent?.shiftedMs ?? 0;
    const caller = comparableCaller(node);
    if (caller === null) {
      shift(node, inheritedMs);
      continue;
    }
    const outlives = mayOutlive(node);
    const served = moved(servedBy(node), inheritedMs);
    node.outsideMs = outsideMs(caller, served, outlives);
    shift(node, inheritedMs + onGrid(skewShiftMs(caller, served, outlives)));
  }
  for (const node of nodes) {
    const caller = node.frontEnd ? callerOf(node) : null;
    if (caller === null || node.span.impossible !== undefined) continue;
    if (caller.span.impossible !== undefined) continue;
    const inner = hullOf(calledBy(node).filter(isPossible).map(servedBy));
    const byMs = onGrid(fitShiftMs(node.parent ?? top, node, inner));
    node.outsideMs = Math.abs(byMs);
    shift(node, byMs);
  }
}

const isPossible = ({ span }: Node) => span.impossible === undefined;

/**
 * Its own end tells only where it has no span of its work: also within the tolerance of a wait, which
 * in trace after trace would be a clock anyway.
 */
function outsideMs(caller: Window, served: Served, outlives: boolean): number {
  const lateByMs = (served.workEndMs ?? served.endMs) - caller.endMs;
  return Math.max(earlyMs(caller, served), outlives ? 0 : lateByMs, 0);
}

function shift(node: Node, byMs: number): void {
  node.startMs += byMs;
  node.endMs += byMs;
  node.shiftedMs += byMs;
}

function hullOf(all: readonly Served[]): Served | null {
  return all.reduce<Served | null>(
    (hull, { startMs, endMs, workEndMs }) => ({
      startMs: Math.min(hull?.startMs ?? startMs, startMs),
      endMs: Math.max(hull?.endMs ?? endMs, endMs),
      workEndMs: Math.max(hull?.workEndMs ?? -Infinity, workEndMs ?? endMs),
    }),
    null,
  );
}
