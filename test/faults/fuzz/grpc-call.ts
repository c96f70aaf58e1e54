import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';

/** One stream, as anything that speaks HTTP/2 may open it. */
export type GrpcCall = Readonly<{
  headers: OutgoingHttpHeaders;
  body: Buffer;
  /** Resets the stream with this code in place of its end. */
  reset: number | undefined;
}>;

export type GrpcAnswer = Readonly<{
  /** Undefined where the stream was reset before any answer. */
  httpStatus: number | undefined;
  grpcStatus: number | undefined;
  message: string;
  body: Buffer;
}>;

export type Connection = Readonly<{
  call(call: GrpcCall): Promise<GrpcAnswer>;
  close(): void;
}>;

/** An HTTP/2 connection that is opened again where the server has closed it. */
export function openConnection(port: number): Connection {
  let session: ClientHttp2Session | undefined;
  const current = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(`http://127.0.0.1:${port}`, { maxHeaderListPairs: 2_000 });
      session.on('error', () => {});
    }
    return session;
  };
  return {
    async call({ headers, body, reset }) {
      const stream = current().request(headers, { endStream: false });
      const answer = { ...NONE };
      const chunks: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('response', (fields) => read(fields));
      stream.on('trailers', (fields) => read(fields));
      const read = (fields: Record<string, unknown>) => {
        if (fields[':status'] !== undefined) answer.httpStatus = Number(fields[':status']);
        if (fields['grpc-status'] !== undefined) answer.grpcStatus = Number(fields['grpc-status']);
        if (fields['grpc-message'] !== undefined) answer.message = String(fields['grpc-message']);
      };
      const closed = once(stream, 'close').catch(() => {});
      if (reset === undefined) stream.end(body);
      else stream.write(body, () => stream.close(reset));
      await closed;
      return { ...answer, body: Buffer.concat(chunks) };
    },
    close: () => session?.destroy(),
  };
}

const NONE: { httpStatus: number | undefined; grpcStatus: number | undefined; message: string } = {
  httpStatus: undefined,
  grpcStatus: undefined,
  message: '',
};
