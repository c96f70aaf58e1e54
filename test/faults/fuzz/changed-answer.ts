import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createRandom } from '../../../lib/random.ts';
import { ENCODINGS, pick, STRUCTURE } from '../../tools/traces/mutations.ts';

/** What happens to one answer of a backend on its way. */
export type Change = Readonly<{ kind: (typeof KINDS)[number]; seed: number }>;

export const UNCHANGED: Change = { kind: 'none', seed: 0 };

const KINDS = [
  'none',
  'structure',
  'structure',
  'structure',
  'value',
  'value',
  'bytes',
  'encoding',
  'status',
  'status and page',
  'page',
  'empty',
  'text',
  'cut',
  'reset',
  'type',
  'said gzip',
  'gzip',
  'huge',
  'not JSON',
] as const;
/** Without those that clients wait on: each costs a pause. */
const STATUSES = [201, 204, 206, 304, 400, 401, 403, 404, 409, 412, 416, 418];
const PAGE = '<!doctype html><html><title>Sign in</title><body>proxy</body></html>';
const TYPES = [
  'text/html',
  'text/plain',
  '',
  'application/octet-stream',
  'application/json; charset=x',
];
const VALUES = [null, '', 0, -1, 2 ** 53, true, [], {}, 'x', '0', 'NaN', '\u0000', '\ud800'];
const TEXTS = [
  'null',
  '[]',
  '""',
  '0',
  '{}',
  'true',
  '{"error":{}}',
  '{"error":{"code":200}}',
  ' ',
  '\ufeff{}',
];

export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...KINDS),
  seed: fc.nat(2 ** 31),
});

/** Gives one member anywhere within another value. */
function changeValue(value: unknown, random: () => number): unknown {
  if (Array.isArray(value) && value.length > 0 && random() < 0.9) {
    const at = Math.floor(random() * value.length);
    return value.with(at, changeValue(value[at], random));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const names = Object.keys(value);
    if (names.length > 0 && random() < 0.9) {
      const name = pick(names, random);
      const changed = changeValue((value as Record<string, unknown>)[name], random);
      return { ...value, [name]: changed };
    }
  }
  return pick(VALUES, random);
}

/** A document as JSON text, changed where its structure or a value is what changes. */
export function changedDocument(document: object, { kind, seed }: Change): object {
  const random = createRandom(seed);
  if (kind === 'value') return changeValue(document, random) as object;
  if (kind !== 'structure') return document;
  const documents = [structuredClone(document)];
  const once = STRUCTURE.filter(({ name }) => name !== 'a document is there twice');
  pick(once, random).change?.(documents, random);
  return documents[0] ?? {};
}

/** What is sent in place of a document by the kind 'text'. */
export const textInstead = ({ seed }: Change): string => pick(TEXTS, createRandom(seed));

type Wire = Readonly<{
  body: string | Buffer;
  status?: number;
  type?: string;
  encoding?: string;
}>;

/** What goes out in place of these bytes. */
export function changedBytes(bytes: Buffer, { kind, seed }: Change): Wire {
  const random = createRandom(seed);
  switch (kind) {
    case 'bytes': {
      const body = Buffer.from(bytes);
      for (let times = 0; times < 2; times += 1)
        body[Math.floor(random() * body.length)] = Math.floor(random() * 256);
      return { body };
    }
    case 'encoding': {
      const { encode } = pick(ENCODINGS, random);
      // With lines and brackets, which some of them look for.
      const text = `${bytes}\n{"a":1}\n{}\n`;
      return { body: encode?.(text, random) ?? bytes };
    }
    case 'status':
      return { body: bytes, status: pick(STATUSES, random) };
    case 'status and page':
      return { body: PAGE, status: pick(STATUSES, random), type: 'text/html' };
    case 'page':
      return { body: PAGE, type: 'text/html' };
    case 'empty':
      return { body: '' };
    case 'text':
      return { body: textInstead({ kind, seed }) };
    case 'not JSON':
      return { body: `${bytes},` };
    case 'huge':
      return { body: Buffer.concat([bytes, Buffer.alloc(300_000, ' ')]) };
    case 'type':
      return { body: bytes, type: pick(TYPES, random) };
    case 'said gzip':
      return { body: bytes, encoding: 'gzip' };
    case 'gzip':
      return { body: gzipSync(bytes), encoding: 'gzip' };
    default:
      return { body: bytes };
  }
}

/** Sends bytes, changed on their way. */
export function sendChanged(
  response: ServerResponse,
  bytes: Buffer,
  one: Change,
  usualType = 'application/json; charset=UTF-8',
): void {
  if (one.kind === 'cut' || one.kind === 'reset') {
    response.writeHead(200, { 'content-type': usualType, 'content-length': bytes.length });
    const part = bytes.subarray(0, Math.floor(createRandom(one.seed)() * bytes.length));
    response.write(part, () => {
      if (one.kind === 'reset') response.socket?.resetAndDestroy();
      else response.destroy();
    });
    return;
  }
  const { body, status = 200, type = usualType, encoding } = changedBytes(bytes, one);
  response.statusCode = status;
  if (type !== '') response.setHeader('content-type', type);
  if (encoding !== undefined) response.setHeader('content-encoding', encoding);
  if (status !== 204 && status !== 304)
    response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

/** A backend on loopback whose answers the test gives. */
export async function startBackend(
  t: { after(end: () => void): void },
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handle);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
