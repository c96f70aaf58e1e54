import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import { GOOGLE_STATUS, toGoogleError } from '../google-status.ts';
import { startHttpService } from '../http-service.ts';
import type { TokenIssuer } from './tokens.ts';

export type MetadataOptions = Readonly<{
  platform: 'cloud_run' | 'gke';
  projectId: string;
  projectNumber: string;
  region: string;
  zone: string;
  /** Cloud Run: a long hex string, one an instance. GKE: the node's number. */
  instanceId: string;
  serviceAccountEmail: string;
  clusterName?: string;
  tokens: TokenIssuer;
  faults?: Faults;
}>;

export type MetadataServer = Readonly<{ host: string; close(): Promise<void> }>;

/** A value, one computed from the query, or a directory. */
type Entry = string | ((query: URLSearchParams) => Promise<string> | string) | Folder;
type Folder = { readonly [key: string]: Entry };

const ROOT = '/computeMetadata/v1/';
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * The metadata server of one instance or node: what google-auth-library and OpenTelemetry's
 * gcpDetector read, by the paths of
 * https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys and
 * https://cloud.google.com/run/docs/container-contract#metadata-server. Programs find it by
 * GCE_METADATA_HOST.
 */
export async function startMetadataServer(options: MetadataOptions): Promise<MetadataServer> {
  const tree = metadataTree(options);
  const service = await startHttpService(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://metadata');
    // gcp-metadata ignores answers without this header.
    response.setHeader('metadata-flavor', 'Google');
    response.setHeader('server', 'Metadata Server for VM');
    const refusal = refuse(request, url);
    if (refusal) return send(response, refusal.status, refusal.text);
    try {
      await options.faults?.strike('metadata', operationOf(url), url.pathname);
    } catch (error) {
      const { code, message } = toGoogleError(error);
      return send(response, GOOGLE_STATUS[code].http, message);
    }
    return answer(tree, url, response);
  });
  return { host: `127.0.0.1:${service.port}`, close: service.close };
}

const operationOf = (url: URL) => url.pathname.split('/').at(-1) ?? '';

function refuse(request: IncomingMessage, url: URL): { status: number; text: string } | undefined {
  if (url.pathname === '/' || url.pathname === '/computeMetadata/') return undefined;
  // Both guard against requests that an attacker made a server send.
  if (request.headers['metadata-flavor'] !== 'Google') {
    return { status: 403, text: 'Missing Metadata-Flavor:Google header.' };
  }
  if (request.headers['x-forwarded-for'] !== undefined) {
    return { status: 403, text: 'Request with the X-Forwarded-For header is not allowed.' };
  }
  if (request.method !== 'GET') return { status: 405, text: 'Only GET is allowed.' };
  return undefined;
}

async function answer(tree: Folder, url: URL, response: ServerResponse): Promise<void> {
  if (url.pathname === '/') return send(response, 200, 'computeMetadata/\n');
  if (url.pathname === '/computeMetadata/') return send(response, 200, 'v1/\n');
  const entry = url.pathname.startsWith(ROOT)
    ? find(tree, url.pathname.slice(ROOT.length).replace(/\/$/, ''))
    : undefined;
  if (entry === undefined) return send(response, 404, `${url.pathname} not found`);
  if (typeof entry === 'string') return send(response, 200, entry);
  if (typeof entry === 'function') {
    try {
      const text = await entry(url.searchParams);
      return send(response, 200, text, text.startsWith('{') ? 'application/json' : undefined);
    } catch (error) {
      return send(response, 400, (error as Error).message);
    }
  }
  if (url.searchParams.get('recursive')?.toLowerCase() === 'true') {
    return send(response, 200, JSON.stringify(asJson(entry)), 'application/json');
  }
  if (!url.pathname.endsWith('/')) {
    response.setHeader('location', `${url.pathname}/${url.search}`);
    return send(response, 301, '');
  }
  const names = Object.entries(entry).map(([key, value]) =>
    typeof value === 'object' ? `${key}/` : key,
  );
  return send(response, 200, `${names.join('\n')}\n`);
}

function metadataTree(options: MetadataOptions): Folder {
  const { platform, projectNumber, region, zone, serviceAccountEmail: email, tokens } = options;
  const account: Folder = {
    aliases: 'default',
    email,
    identity: async (query) => {
      const audience = query.get('audience');
      if (!audience) throw new Error('non-empty audience parameter required');
      // Cloud Run's tokens always name the account; on GCE and GKE only format=full does.
      const withEmail = platform === 'cloud_run' || query.get('format') === 'full';
      return await tokens.issueIdToken({ email, audience, withEmail });
    },
    scopes: SCOPES.join('\n'),
    token: () => {
      const { token, expiresInSeconds } = tokens.issueAccessToken(email);
      return JSON.stringify({
        access_token: token,
        expires_in: expiresInSeconds,
        token_type: 'Bearer',
      });
    },
  };
  return {
    instance: {
      ...(platform === 'gke' && {
        attributes: {
          'cluster-location': zone,
          'cluster-name': options.clusterName ?? 'otel-trace-codelab',
        },
        hostname: `gke-node.${zone}.c.${options.projectId}.internal`,
        'machine-type': `projects/${projectNumber}/machineTypes/e2-highcpu-4`,
        name: 'gke-node',
      }),
      id: options.instanceId,
      // Only Cloud Run has a region here, GCE has the zone alone. Cloud Run's own zone is not
      // documented; what it looks like there is an assumption.
      ...(platform === 'cloud_run' && { region: `projects/${projectNumber}/regions/${region}` }),
      'service-accounts': { default: account, [email]: account },
      zone: `projects/${projectNumber}/zones/${zone}`,
    },
    project: { 'numeric-project-id': projectNumber, 'project-id': options.projectId },
    universe: { 'universe-domain': 'googleapis.com' },
  };
}

function find(tree: Folder, path: string): Entry | undefined {
  let entry: Entry | undefined = tree;
  for (const key of path === '' ? [] : path.split('/')) {
    if (typeof entry !== 'object' || !Object.hasOwn(entry, key)) return undefined;
    entry = entry[key];
  }
  return entry;
}

/** `recursive=true`: names in camel case, tokens left out, as the real server has it. */
function asJson(folder: Folder): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(folder)
      .filter(([, value]) => typeof value !== 'function')
      .map(([key, value]) => [
        key.includes('@')
          ? key
          : key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
        typeof value === 'object'
          ? asJson(value)
          : key === 'aliases' || key === 'scopes'
            ? String(value).split('\n')
            : value,
      ]),
  );
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'application/text',
): void {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}
