import { partsOf } from './identity.ts';
import type { RequestHops } from './packed-hops.ts';
import { type Block, FLAGS } from './record-columns.ts';
import type { Call, RequestFailure, RequestRecord } from './request-record.ts';

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/** A record whose fields lie in columns: 300 bytes with its hops, where objects take a thousand. */
export class PackedRecord implements RequestRecord {
  readonly hops: RequestHops;
  readonly #in: Block;
  readonly #at: number;

  constructor(hops: RequestHops, block: Block, at: number) {
    this.hops = hops;
    this.#in = block;
    this.#at = at;
  }

  get traceId(): string {
    return partsOf(this.#identity()).traceId;
  }

  get rootSpanId(): string | null {
    return partsOf(this.#identity()).rootSpanId;
  }

  get startMs(): number {
    return this.#in.startMs[this.#at] as number;
  }

  get keptProbability(): number {
    return this.#in.keptProbability[this.#at] as number;
  }

  get shedBefore(): number {
    return this.#in.shedBefore[this.#at] as number;
  }

  get spans(): number {
    return this.#in.spans[this.#at] as number;
  }

  get requestsInTrace(): number {
    return this.#in.requestsInTrace[this.#at] as number;
  }

  get durationMs(): number | null {
    return numberOrNull(this.#in.durationMs[this.#at]);
  }

  get latencyMs(): number | null {
    return numberOrNull(this.#in.latencyMs[this.#at]);
  }

  get startDelayMs(): number | null {
    return numberOrNull(this.#in.startDelayMs[this.#at]);
  }

  get sequence(): number | null {
    const sequence = this.#in.sequence[this.#at] as number;
    return sequence < 0 ? null : sequence;
  }

  get projectId(): string {
    return this.#textOf(this.#in.projectId) ?? '';
  }

  get operation(): string {
    return this.#textOf(this.#in.operation) ?? '';
  }

  get pairKey(): string | null {
    return this.#textOf(this.#in.pairKey);
  }

  get runId(): string | null {
    return this.#textOf(this.#in.runId);
  }

  get scheduledMinute(): string | null {
    return this.#textOf(this.#in.scheduledMinute);
  }

  get query(): string | null {
    return this.#textOf(this.#in.query);
  }

  get error(): string | null {
    return this.#textOf(this.#in.error);
  }

  get impossibleDelay(): boolean {
    return this.#has(FLAGS.impossibleDelay);
  }

  get earlyStart(): boolean {
    return this.#has(FLAGS.earlyStart);
  }

  get whole(): boolean {
    return this.#has(FLAGS.whole);
  }

  get impossible(): boolean {
    return this.#has(FLAGS.impossible);
  }

  get wrongCount(): boolean {
    return this.#has(FLAGS.wrongCount);
  }

  get orphaned(): boolean {
    return this.#has(FLAGS.orphaned);
  }

  get skewed(): boolean {
    return this.#has(FLAGS.skewed);
  }

  get frontEndStored(): boolean {
    return this.#has(FLAGS.frontEndStored);
  }

  get cold(): boolean {
    return this.#has(FLAGS.cold | FLAGS.waited);
  }

  get failure(): RequestFailure | null {
    const { shared, identity, failure } = this.#in;
    return shared.kinds.failureOf(failure[this.#at] as number, identity[this.#at] as number);
  }

  get calls(): readonly Call[] {
    const { shared, callsFrom, callsTo } = this.#in;
    const calls: Call[] = [];
    for (let at = callsFrom[this.#at] as number; at < (callsTo[this.#at] as number); at += 1) {
      const instance = shared.texts.textOf(shared.instances.at(at)) ?? '';
      calls.push({ instance, sentMs: shared.sentMs.at(at) });
    }
    return calls;
  }

  /** Whether it waited for an instance to start, as other records say. */
  setWaited(waited: boolean): void {
    const { flags } = this.#in;
    const others = (flags[this.#at] as number) & ~FLAGS.waited;
    flags[this.#at] = waited ? others | FLAGS.waited : others;
  }

  #has(flag: number): boolean {
    return ((this.#in.flags[this.#at] as number) & flag) !== 0;
  }

  #textOf(column: Uint32Array): string | null {
    return this.#in.shared.texts.textOf(column[this.#at] as number);
  }

  #identity(): string {
    return this.#in.shared.identities.idOf(this.#in.identity[this.#at] as number);
  }
}
