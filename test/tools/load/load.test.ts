import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JobControl } from '../../../tools/google/job.ts';
import type { Target } from '../../../tools/google/target.ts';
import { load } from '../../../tools/load/load.ts';
import { parseOptions } from '../../../tools/load/options.ts';
import { flagsOf } from '../cli/flags-of.ts';
import { runCli } from '../cli/run-cli.ts';
import { createFakeJob, createRecordedProgress, JOB_NAME } from '../google/desk.ts';
import { createSleepingClock } from '../sleeping-clock.ts';
import { oneTraceOf } from '../traces/one-trace-of.ts';
import { MINUTE_MS, requestTrace } from '../traces/request-trace.ts';

const TARGET = { projectId: 'my-project', region: 'r', jobName: JOB_NAME };
const LOCAL = { ...TARGET, local: { schedulerAddress: 'localhost:1', traceReadOrigin: '' } };

async function run(
  command: string,
  target: Target = TARGET,
  arrived = 2,
  more: string[] = [],
  code = 0,
  traces = Array.from({ length: arrived }, (_, sequence) => requestTrace({ sequence })),
) {
  const clock = createSleepingClock(MINUTE_MS);
  const fake = createFakeJob(clock, { requests: 2, intervalMs: 100 });
  if (code !== 0) fake.failWith(code);
  const options = parseOptions(flagsOf('load', ...command.split(' '), ...more));
  const readTraces = async () => traces;
  const { signal } = new AbortController();
  const { progress } = createRecordedProgress();
  const said: string[] = [];
  let saidBeforeReading: number | undefined;
  const job: JobControl = {
    ...fake.job,
    async read() {
      saidBeforeReading ??= said.length;
      return fake.job.read();
    },
  };
  const announce = (text: string) => void said.push(text);
  const tools = { job, readTraces, clock, signal, progress, announce };
  return {
    ...fake,
    again: () => load(options, target, tools),
    ...(await load(options, target, tools)),
    said,
    saidBeforeReading,
  };
}

describe('load', () => {
  it('status: shows state, schedule, size of a run and attempts', async () => {
    const { text, exitCode, value } = await run('status');
    assert.equal(exitCode, 0);
    assert.match(text, /state +ENABLED\n +schedule +\* \* \* \* \* \(Etc\/UTC\)/);
    assert.match(text, /a run +2 requests, 100 ms apart: 0\.1 s/);
    assert.match(text, /last attempt +none yet/);
    assert.equal((value as { name: string }).name, JOB_NAME);
  });

  it('says which job it is about to change before it asks anything, and nothing of a look', async () => {
    for (const command of ['run', 'pause', 'resume', 'set --requests 3']) {
      const { said, saidBeforeReading } = await run(command);
      const [verb] = command.split(' ');
      assert.equal(said[0], `${verb}: ${JOB_NAME} on Google Cloud`);
      assert.equal(saidBeforeReading, 1);
    }
    assert.deepEqual((await run('pause', LOCAL)).said, [`pause: ${JOB_NAME} of the local system`]);
    assert.deepEqual((await run('status')).said, []);
  });

  it('pause and resume: change the state once, and are content with it later', async () => {
    const paused = await run('pause');
    assert.match(
      paused.text,
      /is now PAUSED; the schedule starts nothing until: npx shakesapp load resume --project my-project --region r --job j\n/,
    );
    assert.match(
      paused.text,
      /GKE has .*: kubectl -n shakesapp patch cronjob trigger -p '\{"spec":\{"suspend":true\}\}'\)\n$/,
    );
    assert.match((await paused.again()).text, /was already PAUSED/);
    assert.deepEqual(paused.calls, ['pause']);
    const resumed = await run('resume');
    assert.match(resumed.text, /was already ENABLED; next run/);
    assert.match(resumed.text, /"suspend":false/);
    assert.deepEqual(resumed.calls, []);
  });

  it('pause --local: names the local way back, and what it does not reach', async () => {
    const { text } = await run('pause', LOCAL);
    assert.match(text, /until: npx shakesapp load resume --local\n/);
    assert.match(text, /local GKE's own schedule goes on/);
    assert.doesNotMatch(text, /kubectl/);
  });

  it('set: shows what was and what is, and how long it lasts', async () => {
    const { text, calls } = await run('set --requests 20', TARGET, 0, ['--schedule', '0 * * * *']);
    assert.deepEqual(calls, ['set']);
    assert.match(
      text,
      /requests {2}2 → 20\n +interval {2}100 ms \(as before\)\n +schedule {2}\* \* \* \* \* → 0 \* \* \* \*\n/,
    );
    assert.match(text, /until the next terraform apply/);
    assert.match((await run('set --requests 20', LOCAL)).text, /until the local system stops/);
  });

  it('run: starts one, and says for which minute', async () => {
    const { text, calls } = await run('run');
    assert.deepEqual(calls, ['run']);
    assert.equal(text, 'started the run of 2026-03-02T10:00:00Z: 2 requests, 100 ms apart\n');
  });

  it('run --wait: ends with the command that compares', async () => {
    const { text, exitCode } = await run('run --wait');
    assert.equal(exitCode, 0);
    assert.match(text, /all 2 traces have arrived and are complete\n/);
    assert.match(
      text,
      / {2}npx shakesapp compare --project my-project --since 2026-03-02T09:59:00Z\n$/,
      'a window that holds the run whenever the command is called',
    );
    assert.match((await run('run --wait', LOCAL)).text, /npx shakesapp compare --local --since/);
  });

  it('run --wait: says how many requests share a trace id', async () => {
    const shared = oneTraceOf(requestTrace(), requestTrace({ sequence: 1 }));
    const { text, exitCode } = await run('run --wait', TARGET, 0, [], 0, [shared]);
    assert.equal(exitCode, 0);
    assert.match(text, /all 2 traces have .*; 2 share their trace id with another request\n/);
    assert.match(text, /why: npx shakesapp doctor --project my-project\n/);
  });

  it('run --wait: exits 1 with code and reason of an attempt that failed', async () => {
    const { text, exitCode } = await run('run --wait', LOCAL, 0, [], 3);
    assert.equal(exitCode, 1);
    assert.match(
      text,
      /the run failed: .* INVALID_ARGUMENT \(3\): loadgen refused .* \(400\).* \(0 traces arrived\)\n/,
    );
    assert.match(text, /own words: the line of this minute where npm start runs\n$/);
  });

  it('run --wait: exits 1 and names the doctor where traces are missing', async () => {
    const { text, exitCode } = await run('run --wait', TARGET, 1);
    assert.equal(exitCode, 1);
    assert.match(text, /1 of 2 traces are complete after \d+ s \(1 arrived\)/);
    assert.match(text, /npx shakesapp doctor --project my-project/);
  });
});

describe('npx shakesapp load', () => {
  const start = (...args: string[]) =>
    runCli(['load', ...args], {
      // No credentials, and nobody who would give any.
      env: {
        PATH: process.env.PATH,
        METADATA_SERVER_DETECTION: 'none',
        CLOUDSDK_CONFIG: join(tmpdir(), 'no-such-folder'),
      },
    });

  it('says on stderr which job it is about to change, before it needs credentials', async () => {
    const { stdout, stderr } = await start(
      ...['pause', '--project', 'my-project', '--region', 'r', '--job', 'j', '--json'],
    );
    assert.match(stderr, /^pause: projects\/my-project\/locations\/r\/jobs\/j on Google Cloud\n/);
    assert.match(stderr, /gcloud auth application-default login/);
    assert.equal(stdout, '');
  });
});
