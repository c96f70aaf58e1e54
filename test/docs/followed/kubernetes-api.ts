import { startHttpService } from '../../../tools/local/cloud/http-service.ts';

/** What terraform/gke/workloads makes and a person touches: plural name → kind and names. */
const RESOURCES = {
  'batch/v1': { plural: 'cronjobs', kind: 'CronJob', names: ['trigger'] },
  'apps/v1': { plural: 'deployments', kind: 'Deployment', names: ['loadgen', 'client', 'server'] },
} as const;

/** Kubernetes' API server, as far as kubectl asks one for these; keeps what was patched. */
export async function startKubernetesApi(namespace: string) {
  const patches: { path: string; body: unknown }[] = [];
  const template = { metadata: { labels: {} }, spec: { containers: [] } };
  const answer = (path: string): object | undefined => {
    if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
    if (path === '/api/v1') return { kind: 'APIResourceList', groupVersion: 'v1', resources: [] };
    const versions = Object.keys(RESOURCES) as (keyof typeof RESOURCES)[];
    if (path === '/apis') {
      const groups = versions.map((groupVersion) => {
        const [name, version] = groupVersion.split('/');
        return { name, versions: [{ groupVersion, version }] };
      });
      return { kind: 'APIGroupList', apiVersion: 'v1', groups };
    }
    for (const groupVersion of versions) {
      const { plural, kind, names } = RESOURCES[groupVersion];
      if (path === `/apis/${groupVersion}`) {
        const resource = { name: plural, singularName: kind.toLowerCase(), namespaced: true, kind };
        const verbs = ['get', 'list', 'patch'];
        return { kind: 'APIResourceList', groupVersion, resources: [{ ...resource, verbs }] };
      }
      const all = `/apis/${groupVersion}/namespaces/${namespace}/${plural}`;
      const items = names.map((name) => ({
        ...{ apiVersion: groupVersion, kind },
        metadata: { name, namespace },
        spec: { template },
      }));
      if (path === all) return { apiVersion: groupVersion, kind: `${kind}List`, items };
      const item = items.find(({ metadata }) => path === `${all}/${metadata.name}`);
      if (item) return item;
    }
    return undefined;
  };
  const service = await startHttpService(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://kubernetes');
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = answer(pathname);
    if (body && request.method === 'PATCH') {
      patches.push({ path: pathname, body: JSON.parse(Buffer.concat(chunks).toString()) });
    }
    const missing = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 };
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { ...missing, message: `${pathname} is not there` }));
  });
  return { ...service, patches: () => patches };
}
