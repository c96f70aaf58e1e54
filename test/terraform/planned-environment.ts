import type { ServiceName } from '../../lib/telemetry/names.ts';
import type { Resource, Values } from './plan.ts';
import { type Deployment, deployAll, openWorkspace, type Variables } from './roots.ts';

export type Probe = Readonly<{ port: number; periodSeconds: number; timeoutSeconds: number }> &
  (Readonly<{ kind: 'grpc' }> | Readonly<{ kind: 'http'; path: string }>);

export type Container = Readonly<{
  image: string;
  /** Empty where the image's own entry point runs. */
  command: readonly string[];
  args: readonly string[];
  /** As the plan has it. On GKE values may hold $(NAME) of fieldRefs; Cloud Run adds PORT itself. */
  env: Readonly<Record<string, string>>;
  /** GKE: variables that Kubernetes fills in from the pod, name → field path. */
  fieldRefs: Readonly<Record<string, string>>;
  limits: Readonly<{ cpu: string; memory: string }>;
  requests: Readonly<{ cpu: string; memory: string }> | undefined;
  /** GKE only; on Cloud Run the image's user counts. */
  userId: number | undefined;
}>;

export type PlannedProgram = Container &
  Readonly<{
    port: number;
    portName: string;
    probes: Readonly<{ startup?: Probe; readiness?: Probe; liveness?: Probe }>;
    /** E-mail address, or the Kubernetes account. */
    serviceAccount: string;
    concurrency: number | undefined;
    timeoutSeconds: number | undefined;
    /** URL on Cloud Run, host:port in the cluster: what the callers' environment names. */
    address: string;
  }>;

export type PlannedEnvironment = Readonly<{
  cloud_run: Readonly<{
    programs: Readonly<Record<ServiceName, PlannedProgram>>;
    /** What Cloud Scheduler will post. */
    trigger: Readonly<{
      schedule: string;
      uri: string;
      audience: string;
      serviceAccount: string;
      headers: Readonly<Record<string, string>>;
      body: string;
      attemptDeadlineSeconds: number;
    }>;
  }>;
  gke: Readonly<{
    programs: Readonly<Record<ServiceName, PlannedProgram>>;
    /** The CronJob, which posts by itself. */
    trigger: Container & Readonly<{ schedule: string }>;
  }>;
}>;

/** Plans a deployment offline and reads from it what each container will be given. */
export async function readPlannedEnvironment(
  variables: Variables = {},
): Promise<PlannedEnvironment> {
  const workspace = await openWorkspace();
  try {
    return toPlannedEnvironment(await deployAll(workspace, variables));
  } finally {
    await workspace.close();
  }
}

export function toPlannedEnvironment({ resources }: Deployment): PlannedEnvironment {
  const byName = (type: string, read: (values: Values) => readonly [string, PlannedProgram]) => {
    const found = resources.filter((resource) => resource.type === type);
    return Object.fromEntries(found.map(({ values }) => read(values))) as Record<
      ServiceName,
      PlannedProgram
    >;
  };
  const job = only(resources, 'google_cloud_scheduler_job');
  const [target] = job.http_target;
  const cron = only(resources, 'kubernetes_cron_job_v1').spec[0];
  const cronPod = cron.job_template[0].spec[0].template[0].spec[0];
  return {
    cloud_run: {
      programs: byName('google_cloud_run_v2_service', readCloudRunProgram),
      trigger: {
        schedule: job.schedule,
        uri: target.uri,
        audience: target.oidc_token[0].audience,
        serviceAccount: target.oidc_token[0].service_account_email,
        headers: target.headers,
        body: Buffer.from(target.body, 'base64').toString(),
        attemptDeadlineSeconds: Number.parseInt(job.attempt_deadline, 10),
      },
    },
    gke: {
      programs: byName('kubernetes_deployment_v1', readGkeProgram),
      trigger: { ...readGkeContainer(cronPod), schedule: cron.schedule },
    },
  };
}

export function only(resources: readonly Resource[], type: string): Values {
  const found = resources.filter((resource) => resource.type === type);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`expected one ${type} in the plan, found ${found.length}`);
  }
  return found[0].values;
}

function readEnv(entries: readonly Values[]) {
  const isRef = (entry: Values) => (entry.value_from?.length ?? 0) > 0;
  return {
    env: Object.fromEntries(
      entries.filter((entry) => !isRef(entry)).map(({ name, value }) => [name, value ?? '']),
    ),
    fieldRefs: Object.fromEntries(
      entries
        .filter(isRef)
        .map(({ name, value_from }) => [name, value_from[0].field_ref[0].field_path]),
    ),
  };
}

function readProbe([probe]: readonly Values[]): Probe | undefined {
  if (probe === undefined) return undefined;
  const [grpc] = probe.grpc;
  const [http] = probe.http_get;
  if (!grpc && !http) throw new Error('a probe in the plan is neither gRPC nor HTTP');
  const { period_seconds: periodSeconds, timeout_seconds: timeoutSeconds } = probe;
  const port = Number((grpc ?? http).port);
  if (grpc) return { kind: 'grpc', port, periodSeconds, timeoutSeconds };
  return { kind: 'http', path: http.path, port, periodSeconds, timeoutSeconds };
}

function readProbes(container: Values): PlannedProgram['probes'] {
  const startup = readProbe(container.startup_probe);
  const readiness = readProbe(container.readiness_probe ?? []);
  const liveness = readProbe(container.liveness_probe);
  return {
    ...(startup && { startup }),
    ...(readiness && { readiness }),
    ...(liveness && { liveness }),
  };
}

function readCloudRunProgram(values: Values): readonly [string, PlannedProgram] {
  const [template] = values.template;
  const [container] = template.containers;
  return [
    values.name,
    {
      image: container.image,
      command: container.command ?? [],
      args: container.args ?? [],
      ...readEnv(container.env),
      limits: container.resources[0].limits,
      requests: undefined,
      userId: undefined,
      port: container.ports[0].container_port,
      portName: container.ports[0].name,
      probes: readProbes(container),
      serviceAccount: template.service_account,
      concurrency: template.max_instance_request_concurrency,
      timeoutSeconds: Number.parseInt(template.timeout, 10),
      address: values.uri,
    },
  ];
}

function readGkeContainer(pod: Values): Container {
  const [container] = pod.container;
  const [resources] = container.resources;
  return {
    image: container.image,
    command: container.command ?? [],
    args: container.args ?? [],
    ...readEnv(container.env),
    limits: resources.limits,
    requests: resources.requests,
    userId: Number(pod.security_context[0].run_as_user),
  };
}

function readGkeProgram(values: Values): readonly [string, PlannedProgram] {
  const [metadata] = values.metadata;
  const [pod] = values.spec[0].template[0].spec;
  const [container] = pod.container;
  const port = container.port[0].container_port;
  return [
    metadata.name,
    {
      ...readGkeContainer(pod),
      port,
      portName: container.port[0].name,
      probes: readProbes(container),
      serviceAccount: pod.service_account_name,
      concurrency: undefined,
      timeoutSeconds: undefined,
      address: `${metadata.name}.${metadata.namespace}.svc.cluster.local:${port}`,
    },
  ];
}
