import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attempt } from '../../../tools/local/cloud/scheduler/runner.ts';
import type { PlatformEvent } from '../../../tools/local/platforms/platform.ts';
import { watchRefusals } from '../../../tools/local/watch-refusals.ts';

const MINUTE = new Date('2026-03-01T12:34:00Z');
const DETAIL = 'the run would take 200 s; allowed: at most 140 s';
const PROBLEM = { title: 'Invalid argument', status: 400, detail: DETAIL };
const BASE = {
  platform: 'gke',
  program: 'loadgen',
  instanceId: 'cronjob',
  minute: MINUTE,
} as const;

function watch() {
  const lines: string[] = [];
  let attempted: (attempt: Attempt) => void = () => {};
  let happened: (event: PlatformEvent) => void = () => {};
  const onAttempt = (listener: typeof attempted) => {
    attempted = listener;
    return () => {
      attempted = () => {};
    };
  };
  const onEvent = (listener: typeof happened) => {
    happened = listener;
    return () => {
      happened = () => {};
    };
  };
  const system = { cloud: { scheduler: { onAttempt } }, platforms: [{ onEvent }] };
  const stop = watchRefusals(system, (line) => lines.push(line));
  const startedMs = MINUTE.getTime() + 1000;
  const own = { job: 'j', scheduledMs: startedMs, endedMs: startedMs, number: 1, forced: false };
  return {
    lines,
    stop,
    attempt: (outcome: Pick<Attempt, 'code' | 'httpStatus' | 'answer' | 'error'>) =>
      attempted({ ...own, startedMs, ...outcome }),
    event: (event: PlatformEvent) => happened(event),
  };
}

describe('watchRefusals', () => {
  it('prints time, platform, status and loadgen’s reason, the same on both platforms', () => {
    const { lines, attempt, event } = watch();
    attempt({ code: 'INVALID_ARGUMENT', httpStatus: 400, answer: JSON.stringify(PROBLEM) });
    event({ ...BASE, type: 'fired', status: 400, body: PROBLEM });
    assert.deepEqual(lines, [
      `12:34:01  Cloud Run (local)  run refused: 400 ${DETAIL}`,
      `12:34:00  GKE (local)  run refused: 400 ${DETAIL}`,
    ]);
  });

  it('reports failures below HTTP, answers that are not problem documents, and skipped runs', () => {
    const { lines, attempt, event } = watch();
    attempt({ code: 'UNAVAILABLE', error: 'connect ECONNREFUSED' });
    attempt({ code: 'UNAVAILABLE', httpStatus: 503, answer: 'no\ninstance' });
    event({ ...BASE, type: 'skipped', reason: 'the last run has not ended' });
    assert.deepEqual(
      lines.map((line) => line.split('  run ')[1]),
      [
        'refused: UNAVAILABLE connect ECONNREFUSED',
        'refused: 503 no instance',
        'skipped: the last run has not ended',
      ],
    );
  });

  it('says nothing of a run that came about, nor after its end', () => {
    const { lines, attempt, event, stop } = watch();
    attempt({ code: 'OK', httpStatus: 200 });
    event({ ...BASE, type: 'fired', status: 200, body: {} });
    stop();
    attempt({ code: 'INTERNAL', httpStatus: 500, answer: '' });
    event({ ...BASE, type: 'fired', status: 500, body: {} });
    assert.deepEqual(lines, []);
  });
});
