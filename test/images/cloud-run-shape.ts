import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import type { LocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { startFrontEnd } from '../../tools/local/platforms/cloud-run/front-end.ts';
import { checkInvoker } from '../../tools/local/platforms/cloud-run/iam.ts';
import type { Instance } from '../../tools/local/platforms/cloud-run/instance.ts';
import { createOwnSpanSampler } from '../../tools/local/platforms/cloud-run/own-span.ts';
import type { Service } from '../../tools/local/platforms/cloud-run/service.ts';
import {
  createHttp1Upstream,
  createHttp2Upstream,
} from '../../tools/local/platforms/cloud-run/upstream.ts';
import { CLOUD_RUN_KNOBS } from '../../tools/local/platforms/knobs.ts';
import { platformClock } from '../../tools/local/platforms/platform.ts';
import type { PlannedEnvironment } from '../terraform/planned-environment.ts';
import type { Container } from './container.ts';
import { forwardPort } from './forward-port.ts';
import { hostOf, type Shape } from './shape.ts';

export type FrontEnds = Readonly<{
  /** Where the front end of loadgen is on this machine. */
  loadgenOrigin: string;
  /** Status and reason of every request that no container saw. */
  refusals(): readonly string[];
  close(): Promise<void>;
}>;

/** Host names that Cloud Run gives the services, and where they are on this machine. */
export function cloudRunNames(planned: PlannedEnvironment): Record<string, string> {
  const { programs } = planned.cloud_run;
  return Object.fromEntries(
    SERVICES.map((name) => [new URL(programs[name].address).hostname, frontEndHost(name)]),
  );
}

const frontEndHost = (name: ServiceName) => hostOf('cloud_run', name).replace('127.0.2', '127.0.4');

/**
 * A front end before each container, at the planned URL: TLS on port 443, the planned audience, and
 * as invoker exactly the account that the plan makes the caller's.
 */
export async function startFrontEnds(
  shape: Shape,
  planned: PlannedEnvironment,
  cloud: LocalCloud,
): Promise<FrontEnds> {
  const { programs, trigger } = planned.cloud_run;
  const invokers: Record<ServiceName, string> = {
    loadgen: trigger.serviceAccount,
    client: programs.loadgen.serviceAccount,
    server: programs.client.serviceAccount,
  };
  const refusals: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  const origins: Partial<Record<ServiceName, string>> = {};
  for (const name of SERVICES) {
    const url = new URL(programs[name].address);
    const instances = createOneInstance(name, shape.containers[name]);
    const frontEnd = await startFrontEnd({
      service: name,
      instances,
      certificate: await cloud.authority.issue([url.hostname, 'localhost']),
      checkInvoker: (authorization) =>
        checkInvoker({
          authorization,
          audience: url.origin,
          invokers: [invokers[name]],
          tokens: cloud.tokens,
        }),
      knobs: CLOUD_RUN_KNOBS,
      clock: platformClock,
      revision: `${name}-00001-abc`,
      projectId: cloud.projectId,
      region: cloud.region,
      storeSpan: (span) => cloud.traceStore.write([span]),
      onRefusal: ({ status, reason }) => refusals.push(`${name}: ${status} ${reason}`),
    });
    origins[name] = frontEnd.origin;
    const to = { host: '127.0.0.1', port: Number(new URL(frontEnd.origin).port) };
    const forward = await forwardPort({ host: frontEndHost(name), port: 443 }, to);
    closers.push(forward.close, frontEnd.close, instances.close);
  }
  return {
    loadgenOrigin: origins.loadgen ?? '',
    refusals: () => refusals,
    async close() {
      for (const end of closers) await end();
    },
  };
}

/** A service that has the one instance that is already up. */
function createOneInstance(name: ServiceName, container: Container): Service {
  const upstream =
    name === 'server' ? createHttp2Upstream(container.port) : createHttp1Upstream(container.port);
  let active = 0;
  const instance: Instance = {
    id: 'a1b2c3',
    upstream,
    ownSpans: createOwnSpanSampler(CLOUD_RUN_KNOBS, platformClock),
    ready: Promise.resolve(),
    gone: container.exited.then(() => {}),
    isReady: () => true,
    active: () => active,
    begin: () => {
      active += 1;
    },
    end: () => {
      active -= 1;
    },
    stop: async () => {},
    view: () => ({
      program: name,
      instanceId: 'a1b2c3',
      pid: 0,
      startedAt: new Date(0),
      state: 'ready',
    }),
  };
  return {
    acquire: async () => {
      instance.begin();
      return instance;
    },
    release: (one) => one.end(),
    instances: () => [instance],
    close: async () => upstream.disconnect(),
  };
}
