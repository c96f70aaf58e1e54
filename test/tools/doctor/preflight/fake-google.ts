import type { ServiceName } from '../../../../lib/telemetry/names.ts';
import { type Endpoints, GOOGLE_ENDPOINTS } from '../../../../tools/doctor/preflight/google-api.ts';
import { REQUIRED_APIS } from '../../../../tools/doctor/preflight/project.ts';
import { startHttpService } from '../../../../tools/local/cloud/http-service.ts';

export const PROJECT = 'my-project';

export type Service = {
  serviceAccount: string;
  env: Record<string, string>;
  state: string;
  invokers: string[];
};

/** A project after a good deployment; tests spoil one thing of it. */
export type Project = {
  /** Answers every request with this status and message, where set. */
  refuse: { status: number; message: string } | undefined;
  state: string;
  apis: string[];
  repositories: string[];
  tags: Record<string, string[]>;
  services: Partial<Record<ServiceName, Service>>;
  bindings: { role: string; members: string[] }[];
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
  };
}

/** Four of Google's REST services, as far as the preflight asks them, of one project. */
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
  if (project.refuse) return failure(project.refuse.status, project.refuse.message);
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
  const inRegion = `${root}/locations/us-central1`;
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
