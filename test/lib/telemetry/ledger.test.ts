import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLedger } from '../../../lib/telemetry/ledger.ts';

test('nothing is lost where every span that started was stored', () => {
  const ledger = createLedger({ hasExporter: true });
  for (const count of ['started', 'ended', 'handed', 'stored'] as const) ledger.add(count, 3);
  ledger.add('unsampled', 2);
  ledger.add('shed');
  const { reasons, ...counts } = ledger.report();
  assert.deepEqual(counts, { started: 3, ended: 3, stored: 3, lost: 0, unsampled: 2, shed: 1 });
  assert.deepEqual(new Set(Object.values(reasons)), new Set([0]));
});

test('every lost span has one reason, and all reasons come to what is lost', () => {
  const ledger = createLedger({ hasExporter: true });
  // A different number for each, so that none can stand in for another.
  const fates = { stored: 1, exportFailed: 2, exportTimedOut: 4 };
  const unanswered = 8;
  const queueFull = 16;
  const afterShutdown = 32;
  const unfinished = 64;
  for (const [count, spans] of Object.entries(fates)) {
    ledger.add(count as keyof typeof fates, spans);
  }
  ledger.add('handed', 1 + 2 + 4 + unanswered);
  ledger.add('afterShutdown', afterShutdown);
  ledger.add('ended', 1 + 2 + 4 + unanswered + queueFull + afterShutdown);
  ledger.add('started', 127);
  const { started, stored, lost, reasons } = ledger.report();
  assert.deepEqual(reasons, {
    queueFull,
    exportFailed: 2,
    exportTimedOut: 4,
    afterShutdown,
    unanswered,
    unfinished,
    noExporter: 0,
  });
  assert.equal(started, stored + lost);
  assert.equal(
    Object.values(reasons).reduce((sum, spans) => sum + spans, 0),
    lost,
  );
});

test('without an exporter, what ended has that for its reason and not a full queue', () => {
  const ledger = createLedger({ hasExporter: false });
  ledger.add('started', 3);
  ledger.add('ended', 2);
  const { lost, reasons } = ledger.report();
  assert.equal(lost, 3);
  assert.deepEqual([reasons.noExporter, reasons.queueFull, reasons.unfinished], [2, 0, 1]);
});
