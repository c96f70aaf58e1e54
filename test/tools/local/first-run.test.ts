import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planFirstRun, renderFirstRun } from '../../../tools/local/first-run.ts';

/** 10 requests, 2 s apart: 20 s and a margin of 10 s. */
const BODY = { requests: 10, intervalMs: 2000 };
const at = (time: string) => planFirstRun(BODY, Date.parse(`2026-03-01T${time}Z`));

describe('planFirstRun', () => {
  it('fires now, as of the current minute, where the run is over before the next one', () => {
    const minute = new Date('2026-03-01T12:33:00Z');
    assert.deepEqual(at('12:33:00.000'), { now: true, minute });
    assert.deepEqual(at('12:33:30.000'), { now: true, minute });
    assert.equal(renderFirstRun(at('12:33:30.000')), 'First run now, then every minute.');
  });

  it('leaves it to the schedule where its next run would come before the end of this one', () => {
    const minute = new Date('2026-03-01T12:34:00Z');
    assert.deepEqual(at('12:33:30.001'), { now: false, minute, waitSeconds: 30 });
    assert.equal(
      renderFirstRun(at('12:33:30.001')),
      'First run at 12:34Z (in 30 s), then every minute.',
    );
  });

  it('never fires now a run of a minute or more', () => {
    const nowMs = Date.parse('2026-03-01T12:33:00Z');
    assert.equal(planFirstRun({ requests: 60, intervalMs: 1000 }, nowMs).now, false);
  });
});
