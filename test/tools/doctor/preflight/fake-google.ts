import type { ServiceName } from '../../../../lib/telemetry/names.ts';
import { REQUIRED_APIS } from '../../../../tools/doctor/preflight/checks/project.ts';
import { type Endpoints, GOOGLE_ENDPOINTS } from '../../../../tools/doctor/preflight/google-api.ts';
import { startHttpService } from '../../../../tools/local/cloud/http-service.ts';

export const PROJECT = 'my-project';

export type Service = {
  serviceAccount: string;
  env: Record<string, string>;
  state: string;
  invokers: string[];
};

type Bindings = { role: string; members: string[]; condition?: object }[];

export type FakeCluster = {
  name: string;
  location: string;
  status: string;
  statusMessage: string;
  workloadIdentityConfig: { workloadPool?: string };
  nodePools: {
    name: string;
    config: { serviceAccount: string; workloadMetadataConfig: { mode: string } };
  }[];
};

/** A project after a good deployment; tests spoil one thing of it. */
export type Project = {
  /** Answers every request, or those to this path, with this status and message, where set. */
  refuse: { status: number; message: string; path?: RegExp } | undefined;
  state: string;
  apis: string[];
  repositories: string[];
  tags: Record<string, string[]>;
  services: Partial<Record<ServiceName, Service>>;
  bindings: Bindings;
  /** Of the repository. */
  pullers: Bindings;
  /** Of the bucket `texts`; undefined where the caller cannot see them. */
  bucketBindings: Bindings | undefined;
  /** The principals with permission to act as each service account. */
  actors: Record<string, Bindings>;
  clusters: FakeCluster[];
};

export const accountOf = (name: string) => `shakesapp-${name}@${PROJECT}.iam.gserviceaccount.com`;

export function createProject(): Project {
  const service = (name: ServiceName, caller: string, env: Record<string, string>): Service => ({
    serviceAccount: accountOf(name),
    env: { GOOGLE_CLOUD_PROJECT: PROJECT, OTEL_TRACES_EXPORTER: 'gcp_trace', ...env },
    state: 'CONDITION_SUCCEEDED',
    invokers: [`serviceAccount:${accountOf(caller)}`],
  });
  const names = ['loadgen', 'client', 'server'] as const;
  return {
    refuse: undefined,
    state: 'ACTIVE',
    apis: [...REQUIRED_APIS],
    repositories: ['trace-codelab'],
    tags: Object.fromEntries(names.map((name) => [name, ['v1']])),
    services: {
      loadgen: service('loadgen', 'scheduler', { KNOWN_QUERIES: '{"thee":2}' }),
      client: service('client', 'loadgen', {}),
      server: service('server', 'client', { WORKS_BUCKET: 'texts', WORKS_PREFIX: '/' }),
    },
    bindings: [
      {
        role: 'roles/cloudtrace.agent',
        members: names.map((name) => `serviceAccount:${accountOf(name)}`),
      },
    ],
    pullers: [],
    bucketBindings: [],
    actors: {},
    clusters: [],
  };
}

export const podOf = (name: string) =>
  `principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/${PROJECT}.svc.id.goog/subject/ns/shakesapp/sa/${name}`;

/** Everything that a deployment may have: the overlay, one's own works, both exporters. */
export function createFullProject(): Project {
  const project = createProject();
  const names = ['loadgen', 'client', 'server'] as const;
  const writers = names.flatMap((name) => [`serviceAccount:${accountOf(name)}`, podOf(name)]);
  for (const service of Object.values(project.services)) {
    service.env.OTEL_TRACES_EXPORTER = 'gcp_trace,otlp';
  }
  if (project.services.server) project.services.server.env.WORKS_ACCESS = 'iam';
  const nodes = accountOf('nodes');
  return {
    ...project,
    apis: [...project.apis, 'telemetry.googleapis.com', 'container.googleapis.com'],
    bindings: [
      'cloudtrace.agent',
      'telemetry.tracesWriter',
      'serviceusage.serviceUsageConsumer',
    ].map((role) => ({ role: `roles/${role}`, members: [...writers] })),
    pullers: [{ role: 'roles/artifactregistry.reader', members: [`serviceAccount:${nodes}`] }],
    bucketBindings: [
      {
        role: 'roles/storage.objectViewer',
        members: [`serviceAccount:${accountOf('server')}`, podOf('server')],
      },
    ],
    clusters: [
      {
        name: 'otel-trace-codelab',
        location: 'us-central1-f',
        status: 'RUNNING',
        statusMessage: '',
        workloadIdentityConfig: { workloadPool: `${PROJECT}.svc.id.goog` },
        nodePools: [
          {
            name: 'default-pool',
            config: { serviceAccount: nodes, workloadMetadataConfig: { mode: 'GKE_METADATA' } },
          },
        ],
      },
    ],
  };
}

const ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/storage.objectViewer': ['storage.objects.get', 'storage.objects.list'],
  'roles/storage.legacyObjectReader': ['storage.objects.get'],
  'projects/my-project/roles/reader': ['storage.objects.get', 'storage.objects.list'],
};

/** Google's REST services, as far as the preflight asks them, of one project. */
export async function startFakeGoogle(project: Project) {
  const service = await startHttpService(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://google');
    const { status, body } =
      request.headers.authorization === 'Bearer a-token'
        ? answer(project, url.pathname.replace(/^\/[a-z]+\//, '/'), url.searchParams)
        : failure(401, 'Request had invalid authentication credentials.');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const endpoints = Object.fromEntries(
    Object.keys(GOOGLE_ENDPOINTS).map((name) => [name, `${service.origin}/${name}`]),
  ) as Endpoints;
  return { endpoints, close: service.close };
}

type Reply = Readonly<{ status: number; body: object }>;
const ok = (body: object): Reply => ({ status: 200, body });
const failure = (code: number, message: string): Reply => ({
  status: code,
  body: { error: { code, message } },
});
const NOT_FOUND = failure(404, 'Requested entity was not found.');

function answer(project: Project, path: string, query: URLSearchParams): Reply {
  const { refuse } = project;
  if (refuse && (refuse.path ?? /^/).test(path)) return failure(refuse.status, refuse.message);
  const root = `projects/${PROJECT}`;
  if (path === `/v3/${root}`) return ok({ name: 'projects/42', state: project.state });
  if (path === `/v3/${root}:getIamPolicy`) return ok({ bindings: project.bindings });
  if (path === `/v1/${root}/services:batchGet`) {
    const names = query.getAll('names').map((name) => name.split('/').at(-1) ?? '');
    const stateOf = (name: string) => (project.apis.includes(name) ? 'ENABLED' : 'DISABLED');
    return ok({
      services: names.map((name) => ({
        name: `projects/42/services/${name}`,
        state: stateOf(name),
      })),
    });
  }
  const [, api] = new RegExp(`^/v1/${root}/services/([a-z.]+)$`).exec(path) ?? [];
  if (api !== undefined) return ok({ state: project.apis.includes(api) ? 'ENABLED' : 'DISABLED' });
  if (path === `/v1/${root}/locations/-/clusters`) return ok({ clusters: project.clusters });
  const [, account] =
    new RegExp(`^/v1/${root}/serviceAccounts/(.+):getIamPolicy$`).exec(path) ?? [];
  if (account !== undefined) return ok({ bindings: project.actors[account] ?? [] });
  const [, role] = /^\/v1\/((?:projects\/[^/]+\/)?roles\/.+)$/.exec(path) ?? [];
  if (role?.endsWith('/deleted')) return NOT_FOUND;
  if (role !== undefined) return ok({ includedPermissions: ROLES[role] ?? ['some.other.one'] });
  if (path === '/storage/v1/b/texts/iam') {
    if (!project.bucketBindings) return failure(403, 'no storage.buckets.getIamPolicy');
    return ok({ bindings: project.bucketBindings });
  }
  const inRegion = `${root}/locations/us-central1`;
  if (path === `/v1/${inRegion}/repositories/trace-codelab:getIamPolicy`) {
    return ok({ bindings: project.pullers });
  }
  const [, repository, image, tag] =
    new RegExp(`^/v1/${inRegion}/repositories/([^/]+)(?:/packages/([^/]+)/tags(?:/(.+))?)?$`).exec(
      path,
    ) ?? [];
  if (repository !== undefined) return artifact(project, repository, image, tag);
  const [, name, verb] =
    new RegExp(`^/v2/${inRegion}/services/(\\w+)(:getIamPolicy)?$`).exec(path) ?? [];
  const service = project.services[name as ServiceName];
  if (!service) return NOT_FOUND;
  if (verb) return ok({ bindings: [{ role: 'roles/run.invoker', members: service.invokers }] });
  return ok({
    uri: `https://${name}-abc-uc.a.run.app`,
    template: {
      serviceAccount: service.serviceAccount,
      containers: [
        { env: Object.entries(service.env).map(([key, value]) => ({ name: key, value })) },
      ],
    },
    terminalCondition: { state: service.state, message: 'as the test says' },
  });
}

function artifact(project: Project, repository: string, image?: string, tag?: string): Reply {
  if (!project.repositories.includes(repository)) return NOT_FOUND;
  if (image === undefined) return ok({ name: repository, format: 'DOCKER' });
  const tags = project.tags[image];
  if (!tags) return NOT_FOUND;
  if (tag === undefined) return ok({ tags: tags.map((name) => ({ name })) });
  return tags.includes(tag) ? ok({ name: tag }) : NOT_FOUND;
}
