import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import { stretchCloudRun } from '../deadlines.ts';
import { startGuardian } from '../guardian.ts';
import { createJournal } from '../journal.ts';
import { alwaysOn, CLOUD_RUN_KNOBS, type CloudRunKnobs } from '../knobs.ts';
import {
  type HeadersSeen,
  type Platform,
  type PlatformOptions,
  type ProgramName,
  platformClock,
} from '../platform.ts';
import { isAddress } from '../replacement.ts';
import { type Deployed, startInstance } from './container.ts';
import { type FrontEnd, startFrontEnd } from './front-end.ts';
import { checkInvoker, INVOKERS } from './iam.ts';
import type { Instance } from './instance.ts';
import { createService, type Service } from './service.ts';
import { createStopLedger, type StopLedger } from './stops.ts';
import { tryOut } from './try-out.ts';

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

type Running = Readonly<{
  service: Service;
  frontEnd: FrontEnd;
  /** Of a program that replaces ours: resolves once one of its instances was ready. */
  tried: Promise<void>;
}>;

/** The three services, each behind its front end, without an instance yet. */
export async function startCloudRun(options: CloudRunOptions): Promise<CloudRun> {
  const { cloud, clock = platformClock, slowness = () => 1 } = options;
  const knobs = stretchCloudRun({ ...CLOUD_RUN_KNOBS, ...options.knobs }, slowness);
  const journal = createJournal('cloud_run', options);
  const stops = createStopLedger();
  const stopMarking = cloud.traceStore.annotate(stops.mark);
  const guardian = startGuardian();
  const started: Running[] = [];
  const close = async () => {
    // In the order of the calls: a request of loadgen can still reach client and server.
    for (const { service } of started.toReversed()) await service.close();
    for (const { frontEnd } of started) await frontEnd.close();
    await guardian.close();
    stopMarking();
  };
  const start = async (program: ProgramName, upstreamEnv: Record<string, string>) => {
    const isAttached = isAddress(options.settings.replaced?.[program]);
    const one = await startService({
      program,
      upstreamEnv,
      options,
      knobs: isAttached ? alwaysOn(knobs) : knobs,
      clock,
      journal,
      stops,
      guardian,
      revision: `${program}-00001-${randomBytes(2).toString('hex').slice(0, 3)}`,
    });
    started.push(one);
    await one.tried;
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

async function startService(deployed: Deployed & { options: CloudRunOptions }): Promise<Running> {
  const { program, options, knobs, clock, journal, revision } = deployed;
  const { cloud, settings } = options;
  const first = Promise.withResolvers<Instance>();
  const service = createService({
    concurrency: settings.concurrency,
    knobs,
    clock,
    async startInstance(reason, onIdle) {
      const instance = startInstance(deployed, reason, onIdle);
      first.resolve(instance);
      return instance;
    },
  });
  // Whoever asked for the instance learns why there is none.
  first.promise.catch(() => {});
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
  const tried = tryOut(deployed, first.promise);
  // Whoever starts the service waits for it.
  tried.catch(() => {});
  return { service, frontEnd, tried };
}
