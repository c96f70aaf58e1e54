import type { IdNumbers } from '../../traces/id-numbers.ts';
import { PackedRecord } from './packed-record.ts';
import { createBlock, createShared, FLAGS, ROWS } from './record-columns.ts';
import type { RequestRecord } from './request-record.ts';

/** Keeps records in columns. `identities`: the numbers of all requests, which others share. */
export function createRecords(identities: IdNumbers) {
  const shared = createShared(identities);
  const { texts, kinds, instances, sentMs } = shared;
  const records: PackedRecord[] = [];
  let block = createBlock(shared);

  return {
    /** `identity`: the number of the request among all. */
    add(record: RequestRecord, identity: number): void {
      const at = records.length % ROWS;
      if (at === 0 && records.length > 0) block = createBlock(shared);
      block.identity[at] = identity;
      block.startMs[at] = record.startMs;
      block.durationMs[at] = record.durationMs ?? Number.NaN;
      block.latencyMs[at] = record.latencyMs ?? Number.NaN;
      block.startDelayMs[at] = record.startDelayMs ?? Number.NaN;
      block.keptProbability[at] = record.keptProbability;
      block.sequence[at] = record.sequence ?? -1;
      block.shedBefore[at] = record.shedBefore;
      block.spans[at] = record.spans;
      block.requestsInTrace[at] = record.requestsInTrace;
      block.projectId[at] = texts.numberOf(record.projectId);
      block.runId[at] = texts.numberOf(record.runId);
      block.scheduledMinute[at] = texts.numberOf(record.scheduledMinute);
      block.query[at] = texts.numberOf(record.query);
      block.error[at] = texts.numberOf(record.error);
      block.operation[at] = texts.numberOf(record.operation);
      block.pairKey[at] = texts.numberOf(record.pairKey);
      block.failure[at] = kinds.numberOf(record.failure, identity, record.startMs);
      block.callsFrom[at] = instances.length();
      for (const call of record.calls) {
        instances.add(texts.numberOf(call.instance));
        sentMs.add(call.sentMs);
      }
      block.callsTo[at] = instances.length();
      block.flags[at] = flagsOf(record);
      records.push(new PackedRecord(record.hops, block, at));
    },
    all: (): readonly PackedRecord[] => records.slice(),
  };
}

function flagsOf(record: RequestRecord): number {
  let flags = 0;
  if (record.impossibleDelay) flags |= FLAGS.impossibleDelay;
  if (record.earlyStart) flags |= FLAGS.earlyStart;
  if (record.whole) flags |= FLAGS.whole;
  if (record.impossible) flags |= FLAGS.impossible;
  if (record.cold) flags |= FLAGS.cold;
  if (record.wrongCount) flags |= FLAGS.wrongCount;
  if (record.orphaned) flags |= FLAGS.orphaned;
  if (record.skewed) flags |= FLAGS.skewed;
  if (record.frontEndStored) flags |= FLAGS.frontEndStored;
  return flags;
}
