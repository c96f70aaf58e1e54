import { SERVICES } from '../../lib/telemetry/names.ts';
import type { Resource, Values } from './plan.ts';
import { ofType } from './planned-pods.ts';
import type { Policy } from './policies.ts';

/** Who, on what: 'build on bucket my-build'. Pods by their Kubernetes account: 'pods of server'. */
function grantsOf({ type, values }: Resource): string[] {
  if (!/_iam_(member|binding|policy)$/.test(type)) return [];
  const on = type.startsWith('google_storage_bucket')
    ? `bucket ${values.bucket}`
    : type.startsWith('google_artifact_registry')
      ? `repository ${values.repository}`
      : type.startsWith('google_cloud_run')
        ? `service ${values.name}`
        : type.startsWith('google_project')
          ? 'project'
          : `account ${values.service_account_id}`;
  const members: string[] = values.members ?? [values.member];
  return members.map((member) => `${accountOf(member)}: ${values.role} on ${on}`);
}

const accountOf = (member: string) =>
  /^serviceAccount:shakesapp-(\w+)@/.exec(member)?.[1] ??
  member.replace(/^principal:.*\/subject\/ns\/shakesapp\/sa\//, 'pods of ');

/** The environment of the programs decides what they need. */
function environmentOf(resources: readonly Resource[], service: string): Values {
  const found = ofType(resources, 'google_cloud_run_v2_service').find(
    ({ values }) => values.name === service,
  );
  const entries = found?.values.template[0].containers[0].env ?? [];
  return Object.fromEntries(entries.map(({ name, value }: Values) => [name, value]));
}

function traceRoles(env: Values): string[] {
  const exporters: string[] = env.OTEL_TRACES_EXPORTER?.split(',') ?? [];
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'https://telemetry.googleapis.com';
  const isGoogle = new URL(endpoint).hostname.endsWith('.googleapis.com');
  return [
    ...(exporters.includes('gcp_trace') ? ['roles/cloudtrace.agent'] : []),
    ...(exporters.includes('otlp') && isGoogle
      ? ['roles/telemetry.tracesWriter', 'roles/serviceusage.serviceUsageConsumer']
      : []),
  ];
}

export const GRANT_POLICIES: Readonly<Record<string, Policy>> = {
  'every account has exactly the roles that it needs': (resources) => {
    const env = environmentOf(resources, 'server');
    const bucket = ofType(resources, 'google_storage_bucket')[0]?.values.name;
    const works =
      env.WORKS_ACCESS === 'iam'
        ? [`roles/storage.objectViewer on bucket ${env.WORKS_BUCKET}`]
        : [];
    const programs = SERVICES.flatMap((name) =>
      [
        ...traceRoles(env).map((role) => `${role} on project`),
        ...(name === 'server' ? works : []),
      ].flatMap((grant) => [`${name}: ${grant}`, `pods of ${name}: ${grant}`]),
    );
    const wanted = [
      'build: roles/logging.logWriter on project',
      `build: roles/storage.objectViewer on bucket ${bucket}`,
      'build: roles/artifactregistry.writer on repository trace-codelab',
      'nodes: roles/container.defaultNodeServiceAccount on project',
      'nodes: roles/artifactregistry.reader on repository trace-codelab',
      'scheduler: roles/run.invoker on service loadgen',
      'loadgen: roles/run.invoker on service client',
      'client: roles/run.invoker on service server',
      ...programs,
    ];
    const granted = resources.flatMap(grantsOf);
    return [
      ...wanted.filter((grant) => !granted.includes(grant)).map((grant) => `lacks ${grant}`),
      ...granted.filter((grant) => !wanted.includes(grant)).map((grant) => `has ${grant}`),
    ];
  },
};
