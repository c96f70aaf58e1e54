import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findTarget, readTerraformOutputs } from '../../../tools/load/target.ts';

const OUTPUTS = { project_id: 'from-tf', region: 'tf-region', scheduler_job: 'tf-job' };
const never = () => assert.fail('terraform was asked');

describe('findTarget', () => {
  it('takes flags before the environment before terraform, each by itself', async () => {
    const target = await findTarget(
      { local: false, target: { project: 'from-flag' } },
      {
        env: { GOOGLE_CLOUD_PROJECT: 'from-env', GOOGLE_CLOUD_REGION: 'env-region' },
        readOutputs: async () => OUTPUTS,
      },
    );
    assert.deepEqual(target, {
      projectId: 'from-flag',
      region: 'env-region',
      jobName: 'projects/from-flag/locations/env-region/jobs/tf-job',
    });
  });

  it('asks terraform only for what is not given', async () => {
    const env = { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_REGION: 'r', SCHEDULER_JOB: 'j' };
    const target = await findTarget({ local: false, target: {} }, { env, readOutputs: never });
    assert.equal(target.jobName, 'projects/p/locations/r/jobs/j');
  });

  it('takes a job’s full name as it is', async () => {
    const job = 'projects/a/locations/b/jobs/c';
    const target = { project: 'p', region: 'r', job };
    const found = await findTarget({ local: false, target }, { env: {}, readOutputs: never });
    assert.equal(found.jobName, job);
  });

  it('names flag, variable and output of what nothing gives', async () => {
    const outputs = { ...OUTPUTS, scheduler_job: null };
    await assert.rejects(
      findTarget({ local: false, target: {} }, { env: {}, readOutputs: async () => outputs }),
      { name: 'UsageError', message: /--job, set SCHEDULER_JOB, .*no scheduler_job.*--local/ },
    );
  });

  it('takes everything from the running local system with --local', async () => {
    const addresses = {
      pid: 1,
      projectId: 'shakesapp-local',
      region: 'us-central1',
      traceReadOrigin: 'http://127.0.0.1:1',
      schedulerAddress: 'localhost:2',
      jobName: 'projects/shakesapp-local/locations/us-central1/jobs/j',
      pageUrl: 'http://127.0.0.1:3',
    };
    const sources = { env: { GOOGLE_CLOUD_PROJECT: 'other' }, readOutputs: never };
    const options = { local: true, target: {} };
    const readLocal = async () => addresses;
    assert.deepEqual(await findTarget(options, { ...sources, readLocal }), {
      projectId: 'shakesapp-local',
      region: 'us-central1',
      jobName: addresses.jobName,
      local: { schedulerAddress: 'localhost:2', traceReadOrigin: 'http://127.0.0.1:1' },
    });
    const without = async () => ({ ...addresses, jobName: '' });
    await assert.rejects(
      findTarget(options, { ...sources, readLocal: without }),
      /no Cloud Scheduler job/,
    );
  });
});

describe('readTerraformOutputs', () => {
  it('reads what terraform output -json prints', async () => {
    const stdout = JSON.stringify({
      project_id: { sensitive: false, type: 'string', value: 'p' },
      scheduler_job: { sensitive: false, type: 'string', value: null },
    });
    let asked: string[] = [];
    const outputs = await readTerraformOutputs(async (command, args) => {
      asked = [command, ...args];
      return { stdout };
    });
    assert.deepEqual(outputs, { project_id: 'p', scheduler_job: null });
    assert.match(asked.join(' '), /^terraform -chdir=\/.*\/terraform output -json$/);
  });

  it('is empty where there is no terraform, or no state', async () => {
    assert.deepEqual(await readTerraformOutputs(() => Promise.reject(new Error('ENOENT'))), {});
  });
});
