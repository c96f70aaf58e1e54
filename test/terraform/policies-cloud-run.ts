import type { Resource, Values } from './plan.ts';
import { ofType } from './planned-pods.ts';
import type { Policy } from './policies.ts';

const MAX_INSTANCES = 20;

function eachService(
  resources: readonly Resource[],
  check: (service: Values, container: Values) => string | undefined,
): string[] {
  return resources
    .filter(({ type }) => type === 'google_cloud_run_v2_service')
    .flatMap(({ address, values }) => {
      const finding = check(values, values.template[0].containers[0]);
      return finding === undefined ? [] : [`${address} ${finding}`];
    });
}

const eachJob = (resources: readonly Resource[], check: (job: Values) => string | undefined) =>
  resources
    .filter(({ type }) => type === 'google_cloud_scheduler_job')
    .flatMap(({ address, values }) => {
      const finding = check(values);
      return finding === undefined ? [] : [`${address}: ${finding}`];
    });

export const CLOUD_RUN_POLICIES: Readonly<Record<string, Policy>> = {
  'each service is reached from where its caller is': (resources) =>
    eachService(resources, ({ name, ingress }) => {
      // Cloud Scheduler counts as internal; a Cloud Run service without a VPC network does not.
      const wanted = name === 'loadgen' ? 'INGRESS_TRAFFIC_INTERNAL_ONLY' : 'INGRESS_TRAFFIC_ALL';
      return ingress === wanted ? undefined : `has ingress ${ingress}`;
    }),

  'an instance takes as many requests at once as the load has, and as its label says': (
    resources,
  ) =>
    eachService(resources, ({ labels, template: [{ max_instance_request_concurrency: most }] }) => {
      const [job] = ofType(resources, 'google_cloud_scheduler_job');
      const body = Buffer.from(job?.values.http_target[0].body ?? '', 'base64').toString();
      const inFlight = String(JSON.parse(body).maxInFlight);
      return [inFlight, labels.concurrency].every((one) => one === String(most))
        ? undefined
        : `takes ${most}, is labelled ${labels.concurrency}, and the load has ${inFlight}`;
    }),

  'gRPC reaches the container as h2c': (resources) =>
    eachService(resources, ({ name }, { ports }) => {
      const wanted = name === 'server' ? 'h2c' : 'http1';
      return ports[0]?.name === wanted ? undefined : `has a port named ${ports[0]?.name}`;
    }),

  'every service is bounded': (resources) =>
    eachService(resources, ({ template: [template] }) => {
      const max = template.scaling?.[0]?.max_instance_count ?? Number.POSITIVE_INFINITY;
      const min = template.scaling?.[0]?.min_instance_count ?? 0;
      return max >= 1 && max <= MAX_INSTANCES && min === 0
        ? undefined
        : `scales from ${min} to ${max}`;
    }),

  'every service is probed by the protocol that it speaks': (resources) =>
    eachService(resources, ({ name }, container) => {
      const kind = name === 'server' ? 'grpc' : 'http_get';
      const probes = [container.startup_probe[0], container.liveness_probe[0]];
      return probes.every(
        (probe) => probe?.[kind]?.length === 1 && probe.grpc.length + probe.http_get.length === 1,
      )
        ? undefined
        : `lacks a ${kind} probe`;
    }),

  'the flush policy fits the billing': (resources) =>
    eachService(resources, (_, { resources: [{ cpu_idle }], env }) => {
      const flush = env.find(({ name }: Values) => name === 'SPAN_FLUSH')?.value;
      const wanted = cpu_idle ? 'before-response' : 'background';
      return flush === wanted ? undefined : `has cpu_idle ${cpu_idle} and SPAN_FLUSH ${flush}`;
    }),

  'a start gets a CPU boost': (resources) =>
    eachService(resources, (_, { resources: [limits] }) =>
      limits.startup_cpu_boost === true ? undefined : 'has no startup CPU boost',
    ),

  'the schedule asks for the service, once': (resources) =>
    eachJob(resources, ({ http_target: [target], retry_config: [retry] }) => {
      const audience = target.oidc_token[0]?.audience;
      if (audience !== new URL(target.uri).origin) return `the audience is ${audience}`;
      return retry?.retry_count === 0 ? undefined : `a run is retried ${retry?.retry_count} times`;
    }),

  'the schedule waits longer than loadgen may take': (resources) =>
    eachJob(resources, ({ attempt_deadline }) => {
      const loadgen = resources.find(
        ({ type, values }) => type === 'google_cloud_run_v2_service' && values.name === 'loadgen',
      );
      const timeout = Number.parseInt(loadgen?.values.template[0].timeout, 10);
      return Number.parseInt(attempt_deadline, 10) > timeout
        ? undefined
        : `it waits ${attempt_deadline}, loadgen may take ${timeout}s`;
    }),
};
