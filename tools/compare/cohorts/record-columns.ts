import { createColumn, doubles, integers } from '../../traces/columns.ts';
import type { IdNumbers } from '../../traces/id-numbers.ts';
import { createKinds } from './failure-kinds.ts';
import { createTexts } from './texts.ts';

/** So many records lie in one block. */
export const ROWS = 4_096;

/** What all records of a cohort share. */
export type Shared = ReturnType<typeof createShared>;

/** `identities`: of trace and root together, as they are numbered. */
export const createShared = (identities: IdNumbers) => ({
  identities,
  texts: createTexts(),
  kinds: createKinds(),
  /** The calls of all records, one record after another: the instance, as a text, and the time. */
  instances: createColumn(integers),
  sentMs: createColumn(doubles),
});

/** A column for each field. Texts are there by their numbers; NaN and -1 stand for null. */
export const createBlock = (shared: Shared) => ({
  shared,
  identity: new Uint32Array(ROWS),
  startMs: new Float64Array(ROWS),
  durationMs: new Float64Array(ROWS),
  latencyMs: new Float64Array(ROWS),
  startDelayMs: new Float64Array(ROWS),
  keptProbability: new Float64Array(ROWS),
  sequence: new Int32Array(ROWS),
  shedBefore: new Int32Array(ROWS),
  spans: new Int32Array(ROWS),
  requestsInTrace: new Int32Array(ROWS),
  projectId: new Uint32Array(ROWS),
  runId: new Uint32Array(ROWS),
  scheduledMinute: new Uint32Array(ROWS),
  query: new Uint32Array(ROWS),
  error: new Uint32Array(ROWS),
  operation: new Uint32Array(ROWS),
  pairKey: new Uint32Array(ROWS),
  failure: new Int32Array(ROWS),
  callsFrom: new Uint32Array(ROWS),
  callsTo: new Uint32Array(ROWS),
  flags: new Uint16Array(ROWS),
});
export type Block = ReturnType<typeof createBlock>;

/** What is true of a record: a bit each. */
export const FLAGS = {
  impossibleDelay: 1,
  earlyStart: 2,
  whole: 4,
  impossible: 8,
  cold: 16,
  wrongCount: 32,
  orphaned: 64,
  skewed: 128,
  frontEndStored: 256,
  /** Waited for an instance to start: others say so. */
  waited: 512,
} as const;
