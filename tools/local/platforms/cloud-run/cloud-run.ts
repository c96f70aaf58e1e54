import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import { stretchCloudRun } from '../deadlines.ts';
import { programArguments, programEnvironment, REPOSITORY } from '../environment.ts';
import { type Guardian, startGuardian } from '../guardian.ts';
import { createJournal, type Journal } from '../journal.ts';
import { CLOUD_RUN_KNOBS, type CloudRunKnobs } from '../knobs.ts';
import {
  type HeadersSeen,
  type Platform,
  type PlatformOptions,
  type ProgramName,
  platformClock,
} from '../platform.ts';
import { reservePort } from '../ports.ts';
import { programCheck } from '../probes.ts';
import { startProgram } from '../program.ts';
import { type FrontEnd, startFrontEnd } from './front-end.ts';
import { checkInvoker, INVOKERS } from './iam.ts';
import { type Container, createInstance, type Instance } from './instance.ts';
import { createService, type Service } from './service.ts';
import { createStopLedger, type StopLedger } from './stops.ts';
import { createHttp1Upstream, createHttp2Upstream } from './upstream.ts';

export type CloudRunOptions = PlatformOptions &
  Readonly<{
    knobs?: Partial<CloudRunKnobs>;
    clock?: Clock;
    onHeaders?: ((seen: HeadersSeen) => void) | undefined;
  }>;

export type CloudRun = Platform &
  Readonly<{
    loadgenAudience: string;
    schedulerServiceAccount: string;
    /** When each instance had no CPU: spans that were open then have no meaningful latency. */
    stops: StopLedger;
  }>;

/** The three services, each behind its front end, without an instance yet. */
export async function startCloudRun(options: CloudRunOptions): Promise<CloudRun> {
  const { cloud, clock = platformClock, slowness = () => 1 } = options;
  const knobs = stretchCloudRun({ ...CLOUD_RUN_KNOBS, ...options.knobs }, slowness);
  const journal = createJournal('cloud_run', options);
  const stops = createStopLedger();
  const stopMarking = cloud.traceStore.annotate(stops.mark);
  const guardian = startGuardian();
  const started: { service: Service; frontEnd: FrontEnd }[] = [];
  const close = async () => {
    // In the order of the calls: a request of loadgen can still reach client and server.
    for (const { service } of started.toReversed()) await service.close();
    for (const { frontEnd } of started) await frontEnd.close();
    await guardian.close();
    stopMarking();
  };
  const start = async (program: ProgramName, upstreamEnv: Record<string, string>) => {
    const deployed = { program, upstreamEnv, options, knobs, clock, journal, stops, guardian };
    const one = await startService(deployed);
    started.push(one);
    return one;
  };
  try {
    const server = await start('server', {});
    const client = await start('client', { SERVER_ADDR: server.frontEnd.origin });
    const loadgen = await start('loadgen', { CLIENT_ADDR: client.frontEnd.origin });
    return {
      name: 'cloud_run',
      loadgenUrl: `${loadgen.frontEnd.origin}/`,
      loadgenAudience: loadgen.frontEnd.origin,
      schedulerServiceAccount: cloud.serviceAccount('scheduler'),
      clientUrl: `${client.frontEnd.origin}/`,
      serverAddress: server.frontEnd.origin,
      instances: () =>
        started.flatMap(({ service }) => service.instances().map((one) => one.view())),
      onLog: journal.onLog,
      onEvent: journal.onEvent,
      reports: journal.reports,
      stops,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Deployed = Readonly<{
  program: ProgramName;
  upstreamEnv: Readonly<Record<string, string>>;
  options: CloudRunOptions;
  knobs: CloudRunKnobs;
  clock: Clock;
  journal: Journal;
  stops: StopLedger;
  guardian: Guardian;
}>;

async function startService(deployed: Deployed): Promise<{ service: Service; frontEnd: FrontEnd }> {
  const { program, options, knobs, clock, journal } = deployed;
  const { cloud } = options;
  const revision = `${program}-00001-${randomBytes(2).toString('hex').slice(0, 3)}`;
  const service = createService({
    concurrency: options.settings.concurrency,
    knobs,
    clock,
    startInstance: (reason, onIdle) => startInstance(deployed, revision, reason, onIdle),
  });
  const invokers = INVOKERS[program].map((caller) => cloud.serviceAccount(caller));
  const frontEnd = await startFrontEnd({
    service: program,
    instances: service,
    certificate: await cloud.authority.issue(['localhost', '127.0.0.1']),
    checkInvoker: (authorization, audience) =>
      checkInvoker({ authorization, audience, invokers, tokens: cloud.tokens }),
    knobs,
    clock,
    revision,
    projectId: cloud.projectId,
    region: cloud.region,
    storeSpan: (span) => cloud.traceStore.write([span]),
    onRefusal: ({ status, reason }) =>
      journal.of(program, '').event({ type: 'refused', status, reason }),
    onHeaders: options.onHeaders,
  });
  return { service, frontEnd };
}

async function startInstance(
  deployed: Deployed,
  revision: string,
  reason: string,
  onIdle: (instance: Instance) => void,
): Promise<Instance> {
  const { program, knobs, clock, stops } = deployed;
  // Cloud Run's instance ids are long hex strings too.
  const id = randomBytes(64).toString('hex');
  const journal = deployed.journal.of(program, id);
  const container = await startContainer(deployed, revision, id);
  const instance: Instance = createInstance({
    id,
    service: program,
    container,
    knobs,
    clock,
    journal,
    stops,
    reason,
    onIdle: () => onIdle(instance),
  });
  return instance;
}

async function startContainer(
  deployed: Deployed,
  revision: string,
  id: string,
): Promise<Container> {
  const { program, options, knobs } = deployed;
  const { cloud, settings } = options;
  const metadata = await cloud.startMetadataServer({
    platform: 'cloud_run',
    instanceId: id,
    serviceAccountEmail: cloud.serviceAccount(program),
  });
  const { port, release } = await reservePort();
  const process = startProgram({
    args: programArguments(program, settings),
    cwd: REPOSITORY,
    guardian: deployed.guardian,
    clock: deployed.clock,
    onLine: (line) => deployed.journal.of(program, id).log(line),
    env: programEnvironment({
      program,
      port,
      metadataHost: metadata.host,
      cloud,
      settings,
      billing: knobs.billing,
      slowness: options.slowness?.() ?? 1,
      addedLatencyMs: knobs.addedLatencyMs[program],
      resourceAttributes: {},
      upstream: deployed.upstreamEnv,
      platformEnv: {
        K_SERVICE: program,
        K_CONFIGURATION: program,
        K_REVISION: revision,
        // After the response there is no CPU to export spans.
        ...(knobs.billing === 'request' && { SPAN_FLUSH: 'before-response' }),
      },
    }),
  });
  return {
    program: process,
    port,
    check: programCheck(program, port),
    upstream: program === 'server' ? createHttp2Upstream(port) : createHttp1Upstream(port),
    async release() {
      release();
      await metadata.close();
    },
  };
}
