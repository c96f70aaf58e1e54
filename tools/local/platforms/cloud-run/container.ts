import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import { prepareContained } from '../contained.ts';
import type { Guardian } from '../guardian.ts';
import type { Journal } from '../journal.ts';
import type { CloudRunKnobs } from '../knobs.ts';
import type { PlatformOptions, ProgramName } from '../platform.ts';
import { reservePort } from '../ports.ts';
import { programCheck } from '../probes.ts';
import { type Container, createInstance, type Instance } from './instance.ts';
import type { StopLedger } from './stops.ts';
import { createHttp1Upstream, createHttp2Upstream } from './upstream.ts';

/** One service, as all of its instances know it. */
export type Deployed = Readonly<{
  program: ProgramName;
  upstreamEnv: Readonly<Record<string, string>>;
  options: PlatformOptions;
  knobs: CloudRunKnobs;
  clock: Clock;
  journal: Journal;
  stops: StopLedger;
  guardian: Guardian;
  revision: string;
}>;

/** A container and its instance; rejects where there is no room for its ports. */
export async function startInstance(
  deployed: Deployed,
  reason: string,
  onIdle: (instance: Instance) => void,
): Promise<Instance> {
  const { program, knobs, clock, stops } = deployed;
  // Cloud Run's instance ids are long hex strings too.
  const id = randomBytes(64).toString('hex');
  const journal = deployed.journal.of(program, id);
  const container = await startContainer(deployed, id);
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

async function startContainer(deployed: Deployed, id: string): Promise<Container> {
  const { program, options, knobs, revision } = deployed;
  const { cloud, settings } = options;
  const metadata = await cloud.startMetadataServer({
    platform: 'cloud_run',
    instanceId: id,
    serviceAccountEmail: cloud.serviceAccount(program),
  });
  const { port, release } = await reservePort();
  const contained = await prepareContained({
    platform: 'cloud_run',
    cloud,
    guardian: deployed.guardian,
    clock: deployed.clock,
    journal: deployed.journal.of(program, id),
    environment: {
      program,
      port,
      metadataHost: metadata.host,
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
    },
    identity: {
      'cloud.provider': 'gcp',
      'cloud.platform': 'gcp_cloud_run',
      'cloud.region': cloud.region,
      'faas.name': program,
      'faas.version': revision,
      'faas.instance': id,
    },
  });
  return {
    program: contained.start(),
    port,
    replacement: settings.replaced?.[program],
    check: programCheck(program, port),
    upstream: program === 'server' ? createHttp2Upstream(port) : createHttp1Upstream(port),
    async release() {
      release();
      await contained.release();
      await metadata.close();
    },
  };
}
