/** The types of HTTP/2's frames, and one that it does not have. */
export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
  unknown: 99,
} as const;

/** What each connection begins with. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A frame of HTTP/2; `length` is what its head says, right or wrong. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer,
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length % 2 ** 24, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** HPACK without compression: a literal name and value, never indexed. */
export const literal = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x10, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

/** The headers of a call to server. */
export const CALL = Buffer.concat([
  literal(':method', 'POST'),
  literal(':scheme', 'http'),
  literal(':path', '/shakesapp.ShakespeareService/GetMatchCount'),
  literal(':authority', 'a'),
  literal('content-type', 'application/grpc'),
  literal('te', 'trailers'),
]);

export const SETTINGS = frame(TYPE.settings, 0, 0, Buffer.alloc(0));
export const PING = frame(TYPE.ping, 0, 0, Buffer.alloc(8));
export const WINDOW_UPDATE = frame(TYPE.windowUpdate, 0, 0, Buffer.from([0, 0, 0, 1]));

/** A call that is begun and given up at once. */
export const resetCall = (stream: number): Buffer =>
  Buffer.concat([
    frame(TYPE.headers, 4, stream, CALL),
    frame(TYPE.reset, 0, stream, Buffer.from([0, 0, 0, 8])),
  ]);
