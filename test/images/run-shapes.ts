import assert from 'node:assert/strict';
import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import { type LocalCloud, startLocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { createSchedulerJob } from '../../tools/local/scheduler-job.ts';
import { isRequest, missingEdges } from '../../tools/traces/completeness.ts';
import { normalise } from '../../tools/traces/normalise.ts';
import type { BuiltImages } from './built-images.ts';
import { cloudRunNames, startFrontEnds } from './cloud-run-shape.ts';
import { startContainer } from './container.ts';
import { hostOf, type PlatformName, type Shape, startShape } from './shape.ts';

export type ShapeResult = Readonly<{ readyMs: Readonly<Record<ServiceName, number>> }>;

/** Cloud Scheduler fires the planned job at the planned services, behind front ends with IAM. */
export function runCloudRunShape(built: BuiltImages): Promise<ShapeResult> {
  const { planned } = built;
  const { trigger } = planned.cloud_run;
  const names = cloudRunNames(planned);
  return runShape(built, 'cloud_run', names, async (cloud, shape) => {
    const frontEnds = await startFrontEnds(shape, planned, cloud);
    try {
      const job = await createSchedulerJob({
        address: cloud.schedulerAddress,
        projectId: cloud.projectId,
        region: cloud.region,
        uri: `${frontEnds.loadgenOrigin}${new URL(trigger.uri).pathname}`,
        audience: trigger.audience,
        serviceAccountEmail: trigger.serviceAccount,
        schedule: '0 0 1 1 *',
        body: JSON.parse(trigger.body),
      });
      try {
        const attempt = new Promise<number | undefined>((resolve) => {
          cloud.scheduler.onAttempt(({ httpStatus }) => resolve(httpStatus));
        });
        await job.run(JSON.parse(trigger.body));
        assert.equal(await attempt, 200, frontEnds.refusals().join('\n'));
      } finally {
        await job.close();
      }
      assert.deepEqual(frontEnds.refusals(), []);
      // While the front ends are there: what is stopped first may still be answered.
      return await shape.stop();
    } finally {
      await frontEnds.close();
    }
  });
}

/** The planned CronJob's container posts to the planned Service; names are those of the cluster. */
export function runGkeShape(built: BuiltImages): Promise<ShapeResult> {
  const { programs, trigger } = built.planned.gke;
  const names = Object.fromEntries(
    SERVICES.map((name) => [programs[name].address.replace(/:\d+$/, ''), hostOf('gke', name)]),
  );
  return runShape(built, 'gke', names, async (_, shape) => {
    const minute = Math.floor(Date.now() / 60_000);
    const job = await startContainer(built.tools, {
      name: 'shakesapp-gke-trigger',
      image: built.images.loadgen,
      host: '127.0.3.4',
      port: 1,
      env: { ...trigger.env, JOB_NAME: `trigger-${minute}` },
      limits: trigger.limits,
      userId: trigger.userId,
      command: trigger.command,
      args: trigger.args,
      hosts: names,
    });
    try {
      assert.equal(await job.exited, 0, job.lines().join('\n'));
      assert.match(job.lines().join('\n'), /"message":"loadgen answered"/);
    } finally {
      await job.close();
    }
    return shape.stop();
  });
}

/** Starts the containers, probes, fires, stops, and only then counts what was stored. */
async function runShape(
  built: BuiltImages,
  platform: PlatformName,
  names: Readonly<Record<string, string>>,
  fire: (cloud: LocalCloud, shape: Shape) => Promise<Record<ServiceName, number | null>>,
): Promise<ShapeResult> {
  const { tools, images, planned } = built;
  const { programs } = planned[platform];
  const cloud = await startLocalCloud();
  try {
    const shape = await startShape({ tools, cloud, platform, programs, images, names });
    try {
      for (const name of SERVICES) {
        const { liveness, readiness } = programs[name].probes;
        for (const probe of [liveness, readiness]) {
          if (probe) assert.ok(await shape.containers[name].check(probe), `${name} is not well`);
        }
      }
      const exitCodes = await fire(cloud, shape);
      const logs = SERVICES.flatMap((name) => shape.containers[name].lines());
      assert.deepEqual(exitCodes, { loadgen: 0, client: 0, server: 0 }, logs.join('\n'));
      const spare = logs.filter((line) => !line.startsWith('{'));
      assert.deepEqual(spare, [], 'every line of a log is JSON');
      checkTraces(cloud, Number(JSON.parse(planned.cloud_run.trigger.body).requests), logs);
      return { readyMs: shape.readyMs };
    } finally {
      await shape.close();
    }
  } finally {
    await cloud.close();
  }
}

function checkTraces(cloud: LocalCloud, requests: number, logs: readonly string[]): void {
  const traces = cloud.traceStore.traces().map(normalise).filter(isRequest);
  const missing = traces.flatMap(missingEdges);
  assert.deepEqual(missing, [], logs.join('\n'));
  assert.equal(traces.length, requests, logs.join('\n'));
  const errors = logs.filter((line) => /"severity":"(ERROR|CRITICAL)"/.test(line));
  assert.deepEqual(errors, []);
}
