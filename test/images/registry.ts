import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Manifest = Readonly<{
  mediaType?: string;
  config: Readonly<{ digest: string; size: number }>;
  layers: readonly Readonly<{ digest: string; size: number }>[];
}>;

export type StoredImage = Readonly<{
  /** Its content type, which clients are given back. */
  mediaType: string;
  bytes: Buffer;
}>;

/**
 * A container registry on loopback, in memory: as much of the OCI distribution protocol as pulling
 * and pushing needs. It stands for every registry in the world: the first part of a repository's
 * name is the host that it is meant for (see registries.conf in container-tools.ts).
 */
export type Registry = Readonly<{
  port: number;
  /** host/path:tag of every tag, in the order of their arrival. */
  tags(): readonly string[];
  manifest(reference: string): Manifest & { digest: string };
  blob(digest: string): Buffer;
  putBlob(bytes: Buffer): string;
  putManifest(repository: string, tag: string, image: StoredImage): string;
  close(): Promise<void>;
}>;

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const PATH = /^\/v2\/(?<repository>.+?)\/(?<kind>manifests|blobs\/uploads|blobs)\/(?<name>[^/]*)$/;

type Target = Readonly<{ repository: string; kind: string; name: string }>;

export async function startRegistry(): Promise<Registry> {
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  /** 'host/path:tag' and 'host/path@digest' */
  const manifests = new Map<string, StoredImage>();

  const putBlob = (bytes: Buffer) => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return digest;
  };
  const putManifest = (repository: string, tag: string, image: StoredImage) => {
    const digest = digestOf(image.bytes);
    manifests.set(`${repository}@${digest}`, image);
    if (!tag.startsWith('sha256:')) manifests.set(`${repository}:${tag}`, image);
    return digest;
  };
  const find = ({ repository, name }: Target) =>
    manifests.get(`${repository}${name.startsWith('sha256:') ? '@' : ':'}${name}`);

  const receive = async (request: IncomingMessage, target: Target, url: URL): Promise<Answer> => {
    const { repository, kind, name } = target;
    const body = await readBody(request);
    if (kind === 'manifests') {
      const mediaType = String(request.headers['content-type']);
      const digest = putManifest(repository, name, { mediaType, bytes: body });
      return { status: 201, headers: { 'docker-content-digest': digest } };
    }
    const id = name === '' ? String(uploads.size) : name;
    const parts = [...(uploads.get(id) ?? []), body];
    uploads.set(id, parts);
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    if (request.method !== 'PUT') return { status: 202, headers: { location, range: '0-0' } };
    const digest = putBlob(Buffer.concat(parts));
    if (digest !== url.searchParams.get('digest')) return { status: 400 };
    return { status: 201, headers: { location, 'docker-content-digest': digest } };
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const url = new URL(request.url ?? '/', 'http://registry');
    if (url.pathname === '/v2/') return { status: 200 };
    const target = PATH.exec(url.pathname)?.groups as Target | undefined;
    if (!target) return { status: 404 };
    if (request.method !== 'GET' && request.method !== 'HEAD') return receive(request, target, url);
    if (target.kind === 'manifests') {
      const image = find(target);
      if (!image) return { status: 404 };
      const headers = {
        'content-type': image.mediaType,
        'docker-content-digest': digestOf(image.bytes),
      };
      return { status: 200, headers, body: image.bytes };
    }
    const blob = blobs.get(target.name);
    return blob ? { status: 200, body: blob } : { status: 404 };
  };

  const server = createServer((request, response) => {
    answer(request).then(
      (result) => send(response, result, request.method === 'HEAD'),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tags: () => [...manifests.keys()].filter((reference) => !reference.includes('@')),
    manifest(reference) {
      const image = manifests.get(reference);
      if (!image)
        throw new Error(`${reference} was not pushed; there are: ${[...manifests.keys()]}`);
      return { ...(JSON.parse(image.bytes.toString()) as Manifest), digest: digestOf(image.bytes) };
    },
    blob(digest) {
      const bytes = blobs.get(digest);
      if (!bytes) throw new Error(`no blob ${digest}`);
      return bytes;
    },
    putBlob,
    putManifest,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Answer = Readonly<{ status: number; headers?: Record<string, string>; body?: Buffer }>;

function send(response: ServerResponse, { status, headers, body }: Answer, headOnly: boolean) {
  response.writeHead(status, { ...headers, 'content-length': body?.length ?? 0 });
  response.end(headOnly ? undefined : body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
