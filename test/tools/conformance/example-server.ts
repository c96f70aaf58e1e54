import {
  type handleUnaryCall,
  type ServerUnaryCall,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { sleep, systemClock } from '../../../lib/clock.ts';
import { headersIn, startGrpcServer } from '../../../tools/conformance/grpc-server.ts';
import { decodeRequest, encodeResponse } from '../../../tools/conformance/grpc-wire.ts';
import { decodeText, linesOf } from '../../../tools/works/count.ts';
import { newTrace, type Parent, parentOf, storeSpans } from './example-spans.ts';

/** A server of few lines, each part of it to be exchanged for a wrong one. */
export type ServerParts = Readonly<{
  isText(name: string, prefix: string): boolean;
  decode(bytes: Buffer): string;
  lines(texts: readonly string[]): readonly string[];
  matches(line: string, query: string): boolean;
  /** How much a line that matches adds. */
  weight(line: string, query: string): number;
  /** The code by which a query is refused. */
  refuse(query: string): number | undefined;
  encode(count: bigint): Buffer;
  health: Readonly<{ code?: number; status: number; makesSpan?: boolean; reads?: boolean }>;
  parent(headers: Readonly<Record<string, string>>): Parent;
  /** Of a health check that makes a span. */
  healthParent: ServerParts['parent'];
  /** Whether each call makes another trace too. */
  strays: boolean;
  /** Of OTEL_RESOURCE_ATTRIBUTES. */
  resource(attributes: string): string;
  kind: number;
  service(name: string): string;
  /** What happens to a text that cannot be read. */
  whenUnread: 'fail' | 'leave out' | 'fail by another code';
  /** Where there are none. */
  whenEmpty: 'fail' | 'answer 0';
  /** Whether later calls get the error of a read that failed. */
  keepsFailure: boolean;
  /** Whether the call whose caller has gone gets a span. */
  endsCancelled: boolean;
  /** Of the list of objects. */
  pages: 'all' | 'first';
  /** Milliseconds of work for one of the queries, and whether the end of the call ends it. */
  work: Readonly<{ takesMs: number; stops: boolean }>;
}>;

export const RIGHT_SERVER: ServerParts = {
  isText: (name, prefix) => name.startsWith(prefix) && !name.endsWith('/'),
  decode: decodeText,
  lines: (texts) => texts.flatMap(linesOf),
  matches: (line, query) => line.toLowerCase().includes(query.toLowerCase()),
  weight: () => 1,
  refuse: (query) =>
    query === '' || Buffer.byteLength(query) > 1_024 || /[\n\r\ufffd]/.test(query)
      ? status.INVALID_ARGUMENT
      : undefined,
  encode: encodeResponse,
  health: { status: 1 },
  parent: parentOf,
  healthParent: parentOf,
  strays: false,
  resource: (attributes) => attributes,
  kind: 2,
  service: (name) => name,
  whenUnread: 'fail',
  whenEmpty: 'fail',
  keepsFailure: false,
  endsCancelled: true,
  pages: 'all',
  work: { takesMs: 0, stops: true },
};

type Environment = Readonly<Record<string, string>>;

class Refused extends Error {
  readonly code: number;
  constructor(code: number) {
    super('refused');
    this.code = code;
  }
}

/** Listens where the environment says nothing: on a free port, which it returns. */
export async function startExampleServer(
  variables: () => Environment,
  parts: ServerParts,
): Promise<{ port: number; close(): void }> {
  let texts: Promise<readonly string[]> | undefined;
  const read = () => {
    texts ??= readTexts(variables(), parts).catch((error: unknown) => {
      if (!parts.keepsFailure) texts = undefined;
      throw error;
    });
    return texts;
  };
  const answer = async (call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> => {
    const decoded = decodeRequest(call.request);
    const query = 'query' in decoded ? decoded.query : '';
    const code = parts.refuse(query);
    if (code !== undefined) throw new Refused(code);
    const lines = parts.lines(await read());
    const { takesMs, stops } = parts.work;
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    if (takesMs > 0 && query === 'kestrel')
      await sleep(systemClock, takesMs, stops ? gone.signal : undefined);
    const found = lines.filter((line) => parts.matches(line, query));
    return parts.encode(BigInt(found.reduce((sum, line) => sum + parts.weight(line, query), 0)));
  };
  const store = (
    call: ServerUnaryCall<Buffer, Buffer>,
    startMs: number,
    parentIn: ServerParts['parent'] = parts.parent,
  ) => {
    const env = variables();
    const resource = parts.resource(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
    const { kind } = parts;
    const spans = [{ parent: parentIn(headersIn(call.metadata)), kind, startMs }];
    if (parts.strays) spans.push({ parent: newTrace(), kind: 1, startMs });
    return storeSpans(
      { ...env, OTEL_RESOURCE_ATTRIBUTES: resource },
      parts.service(env.OTEL_SERVICE_NAME ?? ''),
      spans,
    ).catch(() => {}); // the last ones come when the test is over
  };
  const count: handleUnaryCall<Buffer, Buffer> = (call, reply) => {
    const startMs = performance.timeOrigin + performance.now();
    void answer(call)
      .then((bytes) => reply(null, bytes))
      .catch((error: Partial<StatusObject>) =>
        reply({ code: error.code ?? status.UNKNOWN, details: '' }),
      )
      .finally(() => {
        if (parts.endsCancelled || !call.cancelled) return store(call, startMs);
      });
  };
  const health: handleUnaryCall<Buffer, Buffer> = (call, reply) => {
    const { code, status: serving, makesSpan, reads } = parts.health;
    if (reads === true) void read();
    if (makesSpan === true) {
      void store(call, performance.timeOrigin + performance.now(), parts.healthParent);
    }
    if (code === undefined) reply(null, Buffer.from([0x08, serving]));
    else reply({ code, details: 'no such service' });
  };
  return startGrpcServer({ count, health });
}

type Page = { items: { name: string }[]; nextPageToken?: string };

async function readTexts(env: Environment, parts: ServerParts): Promise<readonly string[]> {
  const { STORAGE_EMULATOR_HOST: origin, WORKS_BUCKET: bucket, WORKS_PREFIX: prefix = '' } = env;
  const objects = `${origin}/storage/v1/b/${bucket}/o`;
  const names: string[] = [];
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page = (await (await fetch(`${objects}?pageToken=${token}`)).json()) as Page;
    names.push(...page.items.map(({ name }) => name));
    token = parts.pages === 'all' ? page.nextPageToken : undefined;
  }
  const texts: string[] = [];
  if (parts.whenEmpty === 'fail' && !names.some((name) => parts.isText(name, prefix))) {
    throw new Refused(status.FAILED_PRECONDITION);
  }
  for (const name of names) {
    if (!parts.isText(name, prefix)) continue;
    const response = await fetch(`${objects}/${encodeURIComponent(name)}?alt=media`);
    if (response.ok) texts.push(parts.decode(Buffer.from(await response.arrayBuffer())));
    else if (parts.whenUnread !== 'leave out') {
      throw new Refused(parts.whenUnread === 'fail' ? status.UNAVAILABLE : status.NOT_FOUND);
    }
  }
  return texts;
}
