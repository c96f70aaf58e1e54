/**
 * Clock skew between hosts. A server begins after its client asked, and what it does before it
 * answers ends before its client has the answer. Where its spans say otherwise its clock is off, and
 * it is shifted, with everything below it, into its client's span.
 *
 *     client     |-----------------|             client  |-----------------|
 *     server   |-------|                 →       server       |-------|
 *     its work  |-----|                          its work      |-----|
 *
 * Centred, because nothing tells the way there from the way back. The sum of both, which is the gap
 * that the comparison reports, does not depend on where inside the client span the server lies. So
 * skew that stays inside the client's span cannot be seen, and does no harm to any figure.
 *
 * A server's own end says less than that of its work: the span ends once the response is closed,
 * for which a busy process keeps it waiting. That end is real, and is cut off at the client's:
 *
 *     client  |------------|
 *     server     |------------|          its own end is late, that of its work is not: kept waiting
 *     its work    |----|
 */

export type Window = Readonly<{ startMs: number; endMs: number }>;

/**
 * What two clocks in step may differ by: OpenTelemetry for Node starts a span at a whole millisecond
 * of the wall clock, and NTP leaves some tenths. On one host, loaded or not, the work of a server
 * was never seen to end more than 0.1 ms after its client.
 */
export const CLOCK_TOLERANCE_MS = 2;

/**
 * How late the own end of a server that has no span of its work may be: nothing tells a wait for the
 * event loop from a clock then. On one loaded host one end in 500 was more than 2 ms late.
 */
export const WAIT_TOLERANCE_MS = 50;

/** A server's span and, where it has spans of its work, the last end of those. */
export type Served = Window & Readonly<{ workEndMs: number | null }>;

/** How far its clock is behind the client's, at least. */
export const earlyMs = (client: Window, server: Window): number =>
  Math.max(0, client.startMs - server.startMs);

/** How far its clock is ahead of the client's, at least; 0 where it may just have been kept waiting. */
export function lateMs(client: Window, { endMs, workEndMs }: Served): number {
  const tolerance = workEndMs === null ? WAIT_TOLERANCE_MS : CLOCK_TOLERANCE_MS;
  const byMs = (workEndMs ?? endMs) - client.endMs;
  return byMs > tolerance ? byMs : 0;
}

/**
 * By how much to shift `server` so that `client` can have called it; 0 where nothing speaks against
 * its clock. `mayOutlive`: the client gave up or the server's process was stopped, so that an end
 * after the client's end is real.
 */
export function skewShiftMs(client: Window, server: Served, mayOutlive: boolean): number {
  const early = earlyMs(client, server);
  if (early === 0 && (mayOutlive || lateMs(client, server) === 0)) return 0;
  for (const endMs of [server.endMs, server.workEndMs ?? server.endMs]) {
    const roomMs = client.endMs - client.startMs - (endMs - server.startMs);
    if (roomMs >= 0) return client.startMs + roomMs / 2 - server.startMs;
  }
  // Longer than its client: it outlived it, and only its start can be wrong.
  return early;
}

/**
 * By how much to shift a front end's own span so that it lies inside its client and around what it
 * passed on (`inner`; null: nothing); where it is too long or too short for that, so that it begins
 * between the two. 0 where it lies around the work of `inner` already: what kept that waiting after
 * its answer did not keep the front end. The clock that it shows is its own, and says nothing of
 * theirs.
 */
export function fitShiftMs(client: Window, own: Window, inner: Served | null): number {
  const durationMs = own.endMs - own.startMs;
  const innerStartMs = Math.min(inner?.startMs ?? client.endMs, client.endMs);
  const placeFor = (innerEndMs: number) => ({
    fromMs: Math.max(client.startMs, Math.min(innerEndMs, client.endMs) - durationMs),
    toMs: Math.min(innerStartMs, client.endMs - durationMs),
  });
  const aroundWork = placeFor(inner?.workEndMs ?? inner?.endMs ?? client.startMs);
  if (own.startMs >= aroundWork.fromMs && own.startMs <= aroundWork.toMs) return 0;
  let { fromMs, toMs } = placeFor(inner?.endMs ?? client.startMs);
  if (fromMs > toMs) [fromMs, toMs] = [client.startMs, Math.max(client.startMs, innerStartMs)];
  if (own.startMs >= fromMs && own.startMs <= toMs) return 0;
  return (fromMs + toMs) / 2 - own.startMs;
}
