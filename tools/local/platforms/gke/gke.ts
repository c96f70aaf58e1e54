import type { Clock } from '../../../../lib/clock.ts';
import { until } from '../../../../lib/telemetry/deadline.ts';
import { prepareContained } from '../contained.ts';
import { stretchGke } from '../deadlines.ts';
import { type Guardian, startGuardian } from '../guardian.ts';
import { createJournal, type Journal } from '../journal.ts';
import { GKE_KNOBS, type GkeKnobs, withPatience } from '../knobs.ts';
import {
  type FireResult,
  type Platform,
  type PlatformOptions,
  type ProgramName,
  platformClock,
} from '../platform.ts';
import { reservePort } from '../ports.ts';
import { programCheck } from '../probes.ts';
import { isAddress } from '../replacement.ts';
import { startCronJob } from './cron-job.ts';
import { type Deployment, startDeployment } from './deployment.ts';
import { createPod, type Pod } from './pod.ts';

export type GkeOptions = PlatformOptions &
  Readonly<{
    /** The CronJob's: fires every minute with this body; only by hand where absent. */
    schedule?: Readonly<{ body: Readonly<Record<string, unknown>> }> | undefined;
    knobs?: Partial<GkeKnobs>;
    clock?: Clock;
  }>;

export type Gke = Platform &
  Readonly<{
    fire(body: Readonly<Record<string, unknown>>, minute: Date): Promise<FireResult | undefined>;
    /** Replaces the pods of one program one by one, as `kubectl rollout restart` does. */
    rollOut(program: ProgramName): Promise<void>;
  }>;

const NAMESPACE = 'default';

/** Starts the three Deployments and the CronJob; resolves when every pod is ready. */
export async function startGke(options: GkeOptions): Promise<Gke> {
  const { clock = platformClock, slowness = () => 1 } = options;
  const { signal = new AbortController().signal } = options;
  const knobs = stretchGke({ ...GKE_KNOBS, ...options.knobs }, slowness);
  const journal = createJournal('gke', options);
  const guardian = startGuardian();
  const deployments: Deployment[] = [];
  const end = async () => {
    // In the order of the calls: a request of loadgen can still reach client and server.
    for (const one of deployments.toReversed()) await one.removePods(knobs.stopGraceMs);
    for (const one of deployments) await one.closeAddress();
    await guardian.close();
  };
  const deploy = async (program: ProgramName, upstream: Record<string, string>) => {
    const context = { program, upstream, options, knobs, clock, journal, guardian };
    const deployment = await startDeployment({
      program,
      knobs,
      clock,
      startPod: (name, onReadyChange) => startPod(context, name, onReadyChange),
    });
    deployments.push(deployment);
    return deployment;
  };
  try {
    const server = await deploy('server', {});
    const client = await deploy('client', { SERVER_ADDR: server.address });
    const loadgen = await deploy('loadgen', { CLIENT_ADDR: client.address });
    await until(Promise.all(deployments.map((one) => one.ready())), signal);
    const loadgenUrl = `http://${loadgen.address}/`;
    const cronJob = startCronJob({
      url: loadgenUrl,
      schedule: options.schedule,
      slowness,
      onFired: (minute, result) =>
        journal.of('loadgen', 'cronjob').event({ type: 'fired', minute, ...result }),
      onSkipped: (minute, reason) =>
        journal.of('loadgen', 'cronjob').event({ type: 'skipped', minute, reason }),
    });
    return {
      name: 'gke',
      loadgenUrl,
      clientUrl: `http://${client.address}/`,
      serverAddress: server.address,
      instances: () => deployments.flatMap((one) => one.views()),
      fire: cronJob.fire,
      async rollOut(program) {
        await deployments.find((one) => one.program === program)?.rollOut();
      },
      onLog: journal.onLog,
      onEvent: journal.onEvent,
      reports: journal.reports,
      async close() {
        // loadgen ends its run at SIGTERM, and the CronJob waits for that run.
        await Promise.all([cronJob.close(), end()]);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

type Context = Readonly<{
  program: ProgramName;
  upstream: Readonly<Record<string, string>>;
  options: GkeOptions;
  knobs: GkeKnobs;
  clock: Clock;
  journal: Journal;
  guardian: Guardian;
}>;

async function startPod(context: Context, name: string, onReadyChange: () => void): Promise<Pod> {
  const { program, options, clock } = context;
  const { cloud, settings } = options;
  const replacement = settings.replaced?.[program];
  const knobs = isAddress(replacement) ? withPatience(context.knobs) : context.knobs;
  const journal = context.journal.of(program, name);
  const metadata = await cloud.startMetadataServer({
    platform: 'gke',
    instanceId: nodeNumber(name),
    serviceAccountEmail: cloud.serviceAccount(program),
  });
  const { port, release } = await reservePort();
  const contained = await prepareContained({
    platform: 'gke',
    cloud,
    guardian: context.guardian,
    clock,
    journal,
    environment: {
      program,
      port,
      metadataHost: metadata.host,
      settings,
      billing: 'node',
      slowness: options.slowness?.() ?? 1,
      addedLatencyMs: knobs.addedLatencyMs[program],
      resourceAttributes: {
        'k8s.pod.name': name,
        'k8s.namespace.name': NAMESPACE,
        'k8s.container.name': program,
        'k8s.deployment.name': program,
      },
      upstream: context.upstream,
      // kubelet sets both; OpenTelemetry's detector recognises GKE by the first.
      platformEnv: { KUBERNETES_SERVICE_HOST: 'kubernetes.default.svc', HOSTNAME: name },
    },
    identity: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_kubernetes_engine',
      'cloud.availability_zone': cloud.zone,
    },
  });
  return createPod({
    name,
    program,
    port,
    check: programCheck(program, port),
    knobs,
    clock,
    journal,
    onReadyChange,
    replacement,
    startContainer: contained.start,
    async release() {
      release();
      await contained.release();
      await metadata.close();
    },
  });
}

/** The metadata server's instance id is the node's, a number. */
function nodeNumber(name: string): string {
  return String(
    [...name].reduce((sum, letter) => (sum * 31n + BigInt(letter.charCodeAt(0))) % 10n ** 18n, 1n),
  );
}
