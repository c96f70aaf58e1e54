import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CRC32C } from '@google-cloud/storage';

export type FakeObject = {
  content: Buffer;
  generation: string;
  gzip?: boolean;
  /** Content encoding in the metadata and on the wire, whatever the bytes are. */
  encoding?: string;
  /** As of an object that is encrypted with its owner's key. */
  noChecksum?: boolean;
};

/** What goes wrong with one request. */
export type Fault =
  | { kind: 'status'; status: number }
  /** Half of the body, then the connection is reset. */
  | { kind: 'reset' }
  /** Half of the body, as if that were all of it. */
  | { kind: 'truncated' }
  /** Nothing at all, or half of the body, and then silence, which `silent` is told of. */
  | { kind: 'hang'; after: 'request' | 'half'; silent?: () => void }
  /** Other bytes than the listing's checksum says, with matching or without any hash header. */
  | { kind: 'corrupt'; hash: 'matching' | 'none' }
  /** More bytes than the listing says, without end. */
  | { kind: 'endless' }
  /** Compressed on the way, as a front end may do: these bytes, or the object's own. */
  | { kind: 'compressed'; bytes?: Buffer }
  /** With this content encoding on the wire alone. */
  | { kind: 'encoded'; encoding: string }
  /** This instead of the page asked for. */
  | { kind: 'page'; page: object }
  /** These bytes in place of those that are stored. */
  | { kind: 'raw'; bytes: Buffer }
  /** The object as it is now, whichever generation was asked for. */
  | { kind: 'other-generation' }
  /** A page that has its first object twice. */
  | { kind: 'twice' }
  /** The right bytes under a wrong hash header. */
  | { kind: 'wrong-hash-header' }
  /** Awaited before the answer: holds it up, or changes the bucket under the reader's feet. */
  | { kind: 'run'; run: () => void | Promise<void> };

export type FakeRequest = {
  kind: 'list' | 'read';
  name: string;
  /** Of a listing, from 0. */
  page?: number;
  authorization?: string;
};

export type ListedPage = Readonly<{
  number: number;
  items: readonly Readonly<{ name: string; generation: string }>[];
  isLast: boolean;
}>;

/**
 * As much of the Storage JSON API as the server uses, over real HTTP on loopback, with faults on
 * demand. `fault` sees the request and how many of the same came before it.
 */
export async function startFakeStorage(options: { pageSize?: number } = {}) {
  const objects = new Map<string, FakeObject>();
  const requests: FakeRequest[] = [];
  const state = {
    fault: (_request: FakeRequest, _earlier: number): Fault | undefined => undefined,
    inFlight: 0,
    mostInFlight: 0,
    /** Told of each page of the listing as it is answered. */
    onPage: (_page: ListedPage): void => {},
    /** Requests whose caller hung up before the answer was complete. */
    abandoned: 0,
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://storage');
    const match = /^\/storage\/v1\/b\/works\/o(?:\/(.+))?$/.exec(url.pathname);
    if (!match) return answer(response, 404, { error: { code: 404, message: 'no such bucket' } });
    const name = decodeURIComponent(match[1] ?? '');
    const seen: FakeRequest = {
      kind: name === '' ? 'list' : 'read',
      name,
      ...(name === '' ? { page: pageOf(url) } : {}),
      ...(request.headers.authorization ? { authorization: request.headers.authorization } : {}),
    };
    const earlier = requests.filter((r) => r.kind === seen.kind && r.name === name).length;
    requests.push(seen);
    state.inFlight += 1;
    state.mostInFlight = Math.max(state.mostInFlight, state.inFlight);
    // Before the caller can see the end of the answer, or its next request would overlap.
    let counted = true;
    const uncount = () => {
      if (counted) state.inFlight -= 1;
      counted = false;
    };
    response.once('finish', uncount);
    response.once('close', () => {
      uncount();
      if (!response.writableFinished) state.abandoned += 1;
    });
    const fault = state.fault(seen, earlier);
    if (fault?.kind === 'run') await fault.run();
    if (fault?.kind === 'status') {
      return answer(response, fault.status, { error: { code: fault.status, message: 'fault' } });
    }
    if (fault?.kind === 'hang' && fault.after === 'request') return fault.silent?.();
    if (fault?.kind === 'reset' && seen.kind === 'list') return void response.destroy();
    if (fault?.kind === 'page') return answer(response, 200, fault.page);
    if (seen.kind === 'list') {
      const page = list(url);
      if (fault?.kind === 'twice') page.items?.unshift(...page.items.slice(0, 1));
      state.onPage({
        number: pageOf(url),
        items: page.items ?? [],
        isLast: page.nextPageToken === undefined,
      });
      return answer(response, 200, page);
    }
    const object = objects.get(name);
    const isAsked = object?.generation === url.searchParams.get('generation');
    if (!object || (!isAsked && fault?.kind !== 'other-generation')) {
      return answer(response, 404, { error: { code: 404, message: 'No such object' } });
    }
    read(response, object, fault);
  });

  const pageSize = options.pageSize ?? 1_000;
  const pageOf = (url: URL) => Number(url.searchParams.get('pageToken') ?? 0) / pageSize;

  function list(url: URL) {
    const prefix = url.searchParams.get('prefix') ?? '';
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
    const from = Number(url.searchParams.get('pageToken') ?? 0);
    const to = from + pageSize;
    const items = names.slice(from, to).map((name) => {
      const object = objects.get(name) as FakeObject;
      const stored = storedBytes(object);
      return {
        name,
        generation: object.generation,
        size: String(stored.length),
        ...(object.noChecksum ? {} : { crc32c: crc32c(stored) }),
        ...(encodingOf(object) ? { contentEncoding: encodingOf(object) } : {}),
      };
    });
    return {
      ...(items.length > 0 ? { items } : {}),
      ...(to < names.length ? { nextPageToken: String(to) } : {}),
    };
  }

  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    state,
    put(name: string, content: string | Buffer, generation = '1', gzip = false) {
      objects.set(name, { content: Buffer.from(content), generation, gzip });
    },
    reads: () => requests.filter((request) => request.kind === 'read').map(({ name }) => name),
    lists: () => requests.filter((request) => request.kind === 'list').length,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type FakeStorage = Awaited<ReturnType<typeof startFakeStorage>>;

function read(response: ServerResponse, object: FakeObject, fault: Fault | undefined): void {
  const stored = storedBytes(object);
  const own = fault?.kind === 'raw' ? fault.bytes : stored;
  const changed = fault?.kind === 'corrupt' ? Buffer.from(own).fill('#', 0, 1) : own;
  const sent = fault?.kind === 'truncated' ? changed.subarray(0, changed.length / 2) : changed;
  if (fault?.kind === 'endless') {
    sendWithoutEnd(response);
    return;
  }
  if (fault?.kind === 'compressed') {
    response.setHeader('x-goog-hash', `crc32c=${crc32c(stored)}`);
    response.setHeader('x-goog-stored-content-encoding', 'identity');
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(fault.bytes ?? stored));
    return;
  }
  const hash = crc32c(fault?.kind === 'wrong-hash-header' ? Buffer.from('other') : sent);
  if (!(fault?.kind === 'corrupt' && fault.hash === 'none')) {
    response.setHeader('x-goog-hash', `crc32c=${hash}`);
    response.setHeader('x-goog-stored-content-encoding', encodingOf(object) ?? 'identity');
  }
  const encoding = fault?.kind === 'encoded' ? fault.encoding : encodingOf(object);
  if (encoding) response.setHeader('content-encoding', encoding);
  response.setHeader('content-length', sent.length);
  if (fault?.kind === 'reset' || fault?.kind === 'hang') {
    response.write(sent.subarray(0, sent.length / 2), () => {
      if (fault.kind === 'reset') response.destroy();
      else fault.silent?.();
    });
    return;
  }
  response.end(sent);
}

function sendWithoutEnd(response: ServerResponse): void {
  const send = () => {
    while (response.write(Buffer.alloc(16_384)));
    response.once('drain', send);
  };
  send();
}

function encodingOf(object: FakeObject): string | undefined {
  return object.encoding ?? (object.gzip ? 'gzip' : undefined);
}

function storedBytes(object: FakeObject): Buffer {
  return object.gzip ? gzipSync(object.content) : object.content;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function crc32c(bytes: Buffer): string {
  const checksum = new CRC32C();
  checksum.update(bytes);
  return checksum.toString();
}
