import { shareHost } from './facts.ts';
import {
  CLOCK_TOLERANCE_MS,
  earlyMs,
  fitShiftMs,
  lateMs,
  type Served,
  skewShiftMs,
  type Window,
} from './skew.ts';
import { calledBy, callerOf, type Node, onGrid } from './tree.ts';

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
const mayOutlive = (called: Node): boolean => called.abandoned || called.facts.endedAfterStop;

/** The caller whose clock a span's can be held against; null where there is none. */
function comparableCaller(node: Node): Node | null {
  const caller = node.frontEnd ? null : callerOf(node);
  if (caller === null || caller.service === node.service) return null;
  if (caller.span.impossible !== undefined || node.span.impossible !== undefined) return null;
  return shareHost(caller.facts, node.facts) ? null : caller;
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
 * Corrects a tree in place, its nodes depth first. First the programs, each against the program that called it and top
 * down, so that its caller is in place already; then the front ends' own spans are fitted between
 * them. A shift goes down with the walk: nothing below is touched before its turn.
 */
export function correctClocks(nodes: readonly Node[]): void {
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
    const byMs = onGrid(fitShiftMs(node.parent ?? caller, node, inner));
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
  if (byMs === 0) return;
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
