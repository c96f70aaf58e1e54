import type { Form } from './form.ts';
import type { Load, Requests } from './load.ts';
import type { Result } from './result.ts';
import type { System, SystemOptions } from './system.ts';

/** What goes wrong, and how it ends. */
export type Fault = Readonly<{
  /** Seconds after the load begins. */
  afterSeconds: number;
  /** Seconds from the end of start() to stop(). Default: 0. */
  forSeconds?: number;
  start(system: System): Promise<unknown> | unknown;
  /** Absent: there is nothing to undo. */
  stop?(system: System): Promise<unknown> | unknown;
}>;

export type Row = Readonly<{
  /** A fact, as a test's title: `Cloud Trace refuses for 20 s and loses nothing`. */
  name: string;
  /** Which form has it. `'full'`: the quick form has another of its kind. Default: both. */
  form?: Form | 'both';
  system?: SystemOptions;
  /** Before the programs count for anything: objects in the bucket, for example. */
  prepare?(system: System): Promise<unknown> | unknown;
  /** Requests before the load, one after the other, that make the system warm. Default: 2. */
  warmUp?: number;
  /** A function makes its requests itself; the signal says that the fault is over. */
  load: Load | ((system: System, faultOver: AbortSignal) => Promise<Requests>);
  /** Absent: the load itself is the fault, or `load` makes it. */
  fault?: Fault;
  expect: Expectation;
}>;

export type Expectation = Readonly<{
  /** Kinds of failed requests that the documents promise for this fault, and no others. */
  documented?: readonly string[];
  /** Spans that may be lost. Default: 0. */
  lost?: Bound;
  /** Spans of which the protocol cannot tell whether they were stored. Default: 0. */
  unknown?: Bound;
  /** Traces not recorded under pressure. Default: 0. */
  shed?: Bound;
  /** Stored traces that are not complete. Default: 0. */
  broken?: Bound;
  /** Programs that the row kills, whose last count is missing. Default: none. */
  killed?: readonly string[];
  /** Whatever else must hold, by node:assert. */
  check?(result: Result, system: System): void;
}>;

/** `n`: exactly n. `'any'`: not what this row is about. Else a range, both ends included. */
export type Bound = number | 'any' | readonly [min: number, max: number];
