import fc from 'fast-check';
import {
  CALL,
  frame,
  PING,
  PREFACE,
  resetCall,
  SETTINGS,
  TYPE,
  WINDOW_UPDATE,
} from '../raw-frames.ts';

const MESSAGE = Buffer.from([0, 0, 0, 0, 4, 0x0a, 2, 0x62, 0x65]);
const call = (stream: number) =>
  Buffer.concat([frame(TYPE.headers, 4, stream, CALL), frame(TYPE.data, 1, stream, MESSAGE)]);

const stream = fc.constantFrom(0, 1, 1, 3, 2, 2 ** 31 - 1, 2 ** 31);
const payload = fc.oneof(
  fc.constantFrom(
    Buffer.alloc(0),
    Buffer.alloc(4),
    Buffer.alloc(8),
    MESSAGE,
    CALL,
    Buffer.alloc(17_000),
  ),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
);
const anyFrame = fc
  .record({
    type: fc.constantFrom(...Object.values(TYPE)),
    flags: fc.oneof(fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x2d), fc.nat(255)),
    stream,
    payload,
    length: fc.oneof(
      { weight: 6, arbitrary: fc.constant(undefined) },
      fc.constantFrom(0, 3, 16_385, 2 ** 24 - 1),
    ),
  })
  .map(({ type, flags, stream: id, payload: bytes, length }) =>
    frame(type, flags, id, bytes, length),
  );
const setting = fc
  .tuple(
    fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 0xffff),
    fc.constantFrom(0, 1, 16_384, 2 ** 31, 2 ** 32 - 1),
  )
  .map(([id, value]) => {
    const bytes = Buffer.alloc(6);
    bytes.writeUInt16BE(id, 0);
    bytes.writeUInt32BE(value, 2);
    return frame(TYPE.settings, 0, 0, bytes);
  });
/** Many of one kind: bounded, as one input among thousands. */
const flood = fc
  .tuple(
    fc.constantFrom(
      SETTINGS,
      PING,
      frame(TYPE.priority, 0, 1, Buffer.alloc(5)),
      WINDOW_UPDATE,
      frame(TYPE.data, 0, 1, Buffer.alloc(0)),
      frame(TYPE.continuation, 0, 1, Buffer.alloc(0)),
    ),
    fc.constantFrom(20, 500),
  )
  .map(([one, times]) => Buffer.concat(Array(times).fill(one)));
const rapidReset = fc
  .constantFrom(5, 200)
  .map((times) =>
    Buffer.concat(Array.from({ length: times }, (_, index) => resetCall(3 + 2 * index))),
  );
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(call(1), call(3), call(5)) },
  { weight: 3, arbitrary: anyFrame },
  { weight: 2, arbitrary: setting },
  flood,
  rapidReset,
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

/** Bytes of a connection from its preface on: right, wrong, in any order, cut or changed. */
export const rawFrames: fc.Arbitrary<Readonly<{ bytes: Buffer }>> = fc
  .record({
    preface: fc.oneof(
      { weight: 12, arbitrary: fc.constant(Buffer.concat([PREFACE, SETTINGS])) },
      fc.constantFrom(
        PREFACE,
        Buffer.alloc(0),
        PREFACE.subarray(0, 9),
        Buffer.from('GET / HTTP/1.1\r\n\r\n'),
        SETTINGS,
      ),
    ),
    parts: fc.array(part, { maxLength: 5 }),
    change: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)),
    ),
    end: fc.oneof(
      { weight: 4, arbitrary: fc.constant(1) },
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
  })
  .map(({ preface, parts, change, end }) => {
    const bytes = Buffer.concat([preface, ...parts]);
    if (change !== null && bytes.length > 0)
      bytes[Math.min(bytes.length - 1, Math.floor(change[0] * bytes.length))] = change[1];
    const sent = bytes.subarray(0, Math.ceil(end * bytes.length));
    return { bytes: sent, [fc.toStringMethod]: () => sent.toString('hex').slice(0, 2_000) };
  });
