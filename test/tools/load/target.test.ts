import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verb } from '../../../tools/cli/commands/load.ts';
import { findTarget, readTerraformOutputs } from '../../../tools/load/target.ts';

const OUTPUTS = { project_id: 'from-tf', region: 'tf-region', scheduler_job: 'tf-job' };
const ADDRESSES = {
  pid: 1,
  projectId: 'shakesapp-local',
  region: 'us-central1',
  traceReadOrigin: 'http://127.0.0.1:1',
  schedulerAddress: 'localhost:2',
  jobName: 'projects/shakesapp-local/locations/us-central1/jobs/j',
  pageUrl: 'http://127.0.0.1:3',
};
const never = () => assert.fail('terraform was asked');

describe('findTarget', () => {
  it('takes flags before the environment before terraform, each by itself', async () => {
    const target = await findTarget(
      { verb: 'status', local: false, target: { project: 'from-flag' } },
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
    const target = await findTarget(
      { verb: 'status', local: false, target: {} },
      { env, readOutputs: never },
    );
    assert.equal(target.jobName, 'projects/p/locations/r/jobs/j');
  });

  it('takes a job’s full name as it is', async () => {
    const job = 'projects/a/locations/b/jobs/c';
    const target = { project: 'p', region: 'r', job };
    const found = await findTarget(
      { verb: 'status', local: false, target },
      { env: {}, readOutputs: never },
    );
    assert.equal(found.jobName, job);
  });

  it('names flag, variable and output of what nothing gives', async () => {
    const outputs = { ...OUTPUTS, scheduler_job: null };
    await assert.rejects(
      findTarget(
        { verb: 'status', local: false, target: {} },
        { env: {}, readOutputs: async () => outputs },
      ),
      { name: 'UsageError', message: /--job, set SCHEDULER_JOB, .*no scheduler_job.*--local/ },
    );
  });

  it('takes everything from the running local system with --local', async () => {
    const sources = { env: { GOOGLE_CLOUD_PROJECT: 'other' }, readOutputs: never };
    const options = { verb: 'pause', local: true, target: {} } as const;
    const readLocal = async () => ADDRESSES;
    assert.deepEqual(await findTarget(options, { ...sources, readLocal }), {
      projectId: 'shakesapp-local',
      region: 'us-central1',
      jobName: ADDRESSES.jobName,
      local: { schedulerAddress: 'localhost:2', traceReadOrigin: 'http://127.0.0.1:1' },
    });
    const without = async () => ({ ...ADDRESSES, jobName: '' });
    await assert.rejects(
      findTarget(options, { ...sources, readLocal: without }),
      /no Cloud Scheduler job/,
    );
  });
});

describe('findTarget, while a local system runs', () => {
  const readLocal = async () => ADDRESSES;
  const readOutputs = async () => OUTPUTS;
  const find = (verb: Verb, target: object) =>
    findTarget({ verb, local: false, target }, { env: {}, readOutputs, readLocal });

  for (const verb of ['run', 'pause', 'resume', 'set'] as const) {
    it(`refuses to ${verb} a job that no flag names: npm may have taken --local`, async () => {
      await assert.rejects(find(verb, {}), {
        name: 'UsageError',
        message: new RegExp(`pass --local or --project P,.* npx shakesapp load ${verb} --local$`),
      });
      await assert.rejects(find(verb, { region: 'r' }), { name: 'UsageError' });
      assert.equal((await find(verb, { project: 'p' })).projectId, 'p');
      assert.match((await find(verb, { job: 'j' })).jobName, /^projects\/from-tf\/.*\/j$/);
    });
  }

  it('only looks where nothing is changed', async () => {
    assert.equal((await find('status', {})).projectId, 'from-tf');
  });

  it('changes the deployed job without a flag once none runs any more', async () => {
    const gone = () => Promise.reject(new Error('no local system is running'));
    const sources = { env: {}, readOutputs, readLocal: gone };
    const target = await findTarget({ verb: 'pause', local: false, target: {} }, sources);
    assert.equal(target.projectId, 'from-tf');
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
