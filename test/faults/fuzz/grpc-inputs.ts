import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

const PATH = '/shakesapp.ShakespeareService/GetMatchCount';
const QUERIES = ['be', 'To Be', 'that is', 'Ä', 'nothing'];

/** A field of protobuf: number, wire type 2, length and bytes. */
const field = (number: number, bytes: Buffer, length = bytes.length) =>
  Buffer.concat([
    Buffer.from([(number << 3) | 2, (length & 0x7f) | (length > 127 ? 0x80 : 0)]),
    ...(length > 127 ? [Buffer.from([length >> 7])] : []),
    bytes,
  ]);
const frame = (message: Buffer, flag = 0, length = message.length) => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
};

export type GrpcInput = Readonly<{
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  reset: number | undefined;
  /** The query where all of it is right. */
  query: string | undefined;
  /** Whether the message, and nothing else, is wrong. */
  isRefused: boolean;
  /** Whether gRPC itself is broken, and not what it carries: INTERNAL is the status for that. */
  breaksProtocol: boolean;
}>;

type Message = Readonly<{ bytes: Buffer; query: string | undefined; isWrong?: true }>;

const right: fc.Arbitrary<Message> = fc.constantFrom(...QUERIES).map((query) => ({
  bytes: field(1, Buffer.from(query)),
  query,
}));
/** Protobuf has readers ignore fields that they do not know, and take the last of a repeated one. */
const withMore: fc.Arbitrary<Message> = fc
  .tuple(
    right,
    fc.constantFrom(
      field(2, Buffer.from('x')),
      field(15, Buffer.alloc(0)),
      Buffer.from([0x10, 1]),
      field(1, Buffer.from('or')),
    ),
  )
  .map(([{ query }, more]) => ({
    bytes: Buffer.concat([more, field(1, Buffer.from(query ?? ''))]),
    query,
  }));
const wrong: fc.Arbitrary<Message> = fc
  .constantFrom(
    Buffer.alloc(0),
    field(1, Buffer.alloc(0)),
    field(1, Buffer.from([0xe4])),
    field(1, Buffer.from([0xed, 0xa0, 0x80])),
    field(1, Buffer.from('be'), 9),
    field(1, Buffer.from('a\nb')),
    Buffer.from([0x08, 1]),
    Buffer.from([0xff, 0xff, 0xff]),
    Buffer.from([0x0b]),
    Buffer.from([0x00]),
    Buffer.alloc(70_000, 0x61),
    field(1, Buffer.alloc(1_025, 0x61)),
    Buffer.from([0x0a]),
  )
  .map((bytes) => ({ bytes, query: undefined, isWrong: true }));
const random: fc.Arbitrary<Message> = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => ({ bytes: Buffer.from(bytes), query: undefined }));

type HeaderChange = Readonly<{ name: string; value: string | undefined }>;

const changed = (name: string, ...values: (string | undefined)[]) =>
  fc.constantFrom(...values.map((value) => ({ name, value })));
const headerChange = fc.oneof(
  changed(
    ':path',
    '/',
    '/x/y',
    '/shakesapp.ShakespeareService/',
    `${PATH}/`,
    `/${'x'.repeat(5_000)}`,
    '/shakesapp.shakespeareservice/GetMatchCount',
    '/%00',
    '/__proto__/constructor',
    `${PATH}?q=1`,
  ),
  changed(':method', 'GET', 'PUT', 'OPTIONS', 'HEAD'),
  changed(
    'content-type',
    'text/plain',
    'application/json',
    '',
    'application/grpc+json',
    'application/grpcx',
    undefined,
  ),
  changed('te', undefined),
  changed('grpc-encoding', 'gzip', 'deflate', 'identity', 'snappy', '', 'x'.repeat(300)),
  changed('grpc-accept-encoding', 'gzip', 'x', ',,'),
  changed(
    'grpc-timeout',
    '1n',
    '0S',
    '',
    '1',
    'xS',
    '-1S',
    '99999999999H',
    '1H',
    '00000001S',
    '1m',
  ),
  changed('x-bin', '!!!', 'AAAA', '=', 'AA==,AA=='),
  changed('x-cloud-trace-context', '/', `${'a'.repeat(32)}/1;o=1`, ';;;'),
  changed('traceparent', '00-0-0-0', 'x'.repeat(9_000)),
  changed('x-large', 'x'.repeat(15_000), 'x'.repeat(17_000), 'x'.repeat(40_000)),
  changed('authorization', 'Bearer x', ''),
  changed('user-agent', '', 'ÿ'),
);

/** Headers that change nothing of what a call means. */
const HARMLESS = /^(grpc-accept-encoding|x-cloud-trace-context|authorization|user-agent|te)$/;

export const grpcInput: fc.Arbitrary<GrpcInput> = fc
  .record({
    message: fc.oneof(
      { weight: 4, arbitrary: right },
      withMore,
      { weight: 2, arbitrary: wrong },
      random,
    ),
    changes: fc.oneof(
      { weight: 2, arbitrary: fc.constant<readonly HeaderChange[]>([]) },
      fc.array(headerChange, { minLength: 1, maxLength: 2 }),
    ),
    framing: fc.oneof(
      { weight: 6, arbitrary: fc.constant('right') },
      fc.constantFrom('none', 'short', 'long', 'huge', 'flag 1', 'flag 9', 'gzip', 'twice', 'cut'),
    ),
    reset: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom(0, 2, 8, 11)),
  })
  .map(({ message, changes, framing, reset }) => {
    const headers: Record<string, string> = {
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    for (const { name, value } of changes) {
      if (value === undefined) delete headers[name];
      else headers[name] = value;
    }
    const isPlain = changes.every(({ name }) => HARMLESS.test(name));
    const isRight = framing === 'right' && isPlain && reset === undefined;
    const { bytes } = message;
    const body: Readonly<Record<string, Buffer>> = {
      right: frame(bytes),
      none: Buffer.alloc(0),
      short: frame(bytes, 0, Math.max(0, bytes.length - 1)),
      long: frame(bytes, 0, bytes.length + 7),
      huge: frame(bytes, 0, 0xffffffff),
      'flag 1': frame(bytes, 1),
      'flag 9': frame(bytes, 9),
      gzip: frame(gzipSync(bytes), 1),
      twice: Buffer.concat([frame(bytes), frame(bytes)]),
      cut: Buffer.from([0, 0]),
    };
    return {
      headers,
      body: body[framing] ?? Buffer.alloc(0),
      reset,
      query: isRight ? message.query : undefined,
      isRefused: isRight && message.isWrong === true,
      breaksProtocol: framing !== 'right' || changes.some(({ name }) => name.startsWith('grpc-')),
    };
  });
