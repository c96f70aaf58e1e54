import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { LOAD_LIMITS } from '../../../functions/loadgen/contract.ts';
import { checkRunLength, MARGIN_SECONDS } from '../../../tools/google/run-length.ts';

const deployed = { attemptDeadlineMs: 210_000, local: false };
const local = { attemptDeadlineMs: 600_000, local: true };
const run = (requests: number, intervalMs = 2000) => ({ requests, intervalMs });

describe('checkRunLength', () => {
  it('takes the longest run that loadgen takes, and refuses the next', () => {
    for (const job of [deployed, local]) {
      checkRunLength(run(71), job);
      checkRunLength(run(2, 140_000), job);
      assert.throws(() => checkRunLength(run(72), job), { name: 'UsageError' });
      assert.throws(() => checkRunLength(run(2, 140_001), job), { name: 'UsageError' });
    }
  });

  it('shows the sum, and what is allowed', () => {
    assert.throws(() => checkRunLength(run(72), deployed), {
      message:
        'a run would take (72 - 1) × 2000 ms = 142 s, and loadgen refuses more than 140 s: ' +
        "the job's deadline of 210 s - 30 s for Cloud Run - 10 s for loadgen - 30 s for the last answer; " +
        'allowed: at most 71 requests at this interval, or at most 1971 ms between 72; ' +
        "for longer runs raise terraform's loadgen_timeout_seconds and attempt_deadline_seconds",
    });
    assert.throws(
      () => checkRunLength(run(72), local),
      /140 s: loadgen's longest run of 170 s - 30 s for the last answer; allowed: .* between 72$/,
    );
  });

  it('goes by the deadline of the job', () => {
    checkRunLength(run(131), { ...deployed, attemptDeadlineMs: 330_000 });
    assert.throws(() => checkRunLength(run(132), { ...deployed, attemptDeadlineMs: 330_000 }));
    assert.throws(() => checkRunLength(run(71), { ...deployed, attemptDeadlineMs: 209_000 }));
  });

  it('takes a single request, however short the deadline is', () => {
    checkRunLength(run(1, 600_000), { ...deployed, attemptDeadlineMs: 15_000 });
  });

  it('chains the margins as terraform does', async () => {
    const read = (name: string) =>
      readFile(new URL(`../../../terraform/${name}`, import.meta.url), 'utf8');
    const variables = await read('variables.tf');
    const defaultOf = (name: string) =>
      Number(new RegExp(`"${name}" \\{[^}]*?default *= (\\d+)\\n`).exec(variables)?.[1]);
    const timeoutSeconds = defaultOf('loadgen_timeout_seconds');
    assert.equal(defaultOf('attempt_deadline_seconds') - timeoutSeconds, MARGIN_SECONDS.cloudRun);
    assert.equal(
      timeoutSeconds - MARGIN_SECONDS.loadgen,
      LOAD_LIMITS.LOADGEN_MAX_RUN_SECONDS,
      "the programs' own limit is that of a deployment",
    );
    const locals = await read('locals.tf');
    assert.match(
      locals,
      new RegExp(`max_run_seconds += var.loadgen_timeout_seconds - ${MARGIN_SECONDS.loadgen}\\n`),
    );
    const { LOADGEN_REQUEST_TIMEOUT_SECONDS: request } = LOAD_LIMITS;
    assert.match(locals, new RegExp(`loadgen_request_timeout_seconds = ${request}\\n`));
  });
});
