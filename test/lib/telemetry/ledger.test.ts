import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger, type LedgerReport } from '../../../lib/telemetry/ledger.ts';

/** A different number for each fate, so that none can stand in for another. */
const FATES = { stored: 1, exportFailed: 2, exportTimedOut: 4, retryQueueFull: 8 };
const [UNTRIED, UNANSWERED, QUEUED, QUEUE_FULL, AFTER_SHUTDOWN, OPEN] = [16, 32, 64, 128, 256, 512];

function createBusyLedger() {
  const ledger = createLedger({ hasExporter: true });
  for (const [count, spans] of Object.entries(FATES)) {
    ledger.add(count as keyof typeof FATES, spans);
  }
  ledger.add('handed', 15 + UNTRIED + UNANSWERED);
  ledger.add('queueFull', QUEUE_FULL);
  ledger.add('afterShutdown', AFTER_SHUTDOWN);
  ledger.add('ended', 1_023 - OPEN);
  ledger.add('started', 1_023);
  ledger.watch(() => ({ bytes: 4_711, maybeStored: UNANSWERED }));
  return ledger;
}

function assertSums(report: LedgerReport): void {
  const { started, stored, lost, unknown, waiting, queued, open, reasons } = report;
  assert.equal(stored + lost + unknown + waiting.spans + queued + open, started);
  const all = Object.values(reasons).reduce((sum, spans) => sum + spans, 0);
  assert.equal(lost + unknown, all);
  assert.equal(unknown, reasons.exportTimedOut + reasons.unanswered);
}

test('nothing is lost where every span that started was stored', () => {
  const ledger = createLedger({ hasExporter: true });
  for (const count of ['started', 'ended', 'handed', 'stored'] as const) ledger.add(count, 3);
  ledger.add('unsampled', 2);
  ledger.add('shed');
  const { reasons, ...counts } = ledger.final();
  assert.deepEqual(counts, {
    ...{ started: 3, ended: 3, stored: 3, lost: 0, unknown: 0 },
    ...{ waiting: { spans: 0, bytes: 0 }, queued: 0, open: 0, unsampled: 2, shed: 1 },
  });
  assert.deepEqual(new Set(Object.values(reasons)), new Set([0]));
});

test('in the middle of the work, what waits is neither lost nor unknown', () => {
  const report = createBusyLedger().current();
  assertSums(report);
  const { waiting, queued, open, reasons } = report;
  assert.deepEqual(waiting, { spans: UNTRIED + UNANSWERED, bytes: 4_711 });
  assert.deepEqual([queued, open], [QUEUED, OPEN]);
  assert.deepEqual([reasons.stillWaiting, reasons.unanswered, reasons.unfinished], [0, 0, 0]);
});

test('at the end every span has one fate, and what may be stored is not counted as lost', () => {
  const report = createBusyLedger().final();
  assertSums(report);
  const { waiting, queued, open, lost, unknown, reasons } = report;
  assert.deepEqual([waiting, queued, open], [{ spans: 0, bytes: 0 }, 0, 0]);
  assert.deepEqual(reasons, {
    queueFull: QUEUE_FULL,
    retryQueueFull: 8,
    exportFailed: 2,
    afterShutdown: AFTER_SHUTDOWN,
    stillWaiting: UNTRIED + QUEUED,
    unfinished: OPEN,
    noExporter: 0,
    exportTimedOut: 4,
    unanswered: UNANSWERED,
  });
  assert.deepEqual([unknown, lost], [4 + UNANSWERED, 1_023 - 1 - 4 - UNANSWERED]);
});

test('without an exporter, what ended has that for its reason and not a full queue', () => {
  const ledger = createLedger({ hasExporter: false });
  ledger.add('started', 3);
  ledger.add('ended', 2);
  assert.equal(ledger.queued(), 0);
  const report = ledger.final();
  assertSums(report);
  const { lost, reasons } = report;
  assert.equal(lost, 3);
  assert.deepEqual([reasons.noExporter, reasons.stillWaiting, reasons.unfinished], [2, 0, 1]);
});
