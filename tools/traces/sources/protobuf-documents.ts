import { readBytes } from './file-bytes.ts';
import { isRequest } from './otlp/protobuf.ts';
import { decodeRequest } from './otlp/protobuf-decode.ts';
import { UnreadableError } from './unreadable.ts';

/** `place`: the file, and which of its messages. */
export type ProtobufDocument = Readonly<{ value: object; place: string }>;

/**
 * The requests of a file of OTLP in protobuf: one by itself, or as the collector's file exporter
 * writes them (`format: proto`), each behind four bytes of its length. `onCut` hears of the number of
 * the one within which the file ends; what is complete of it comes. The file is in memory at once.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/fileexporter#file-format
 */
export async function* readProtobuf(
  path: string,
  signal: AbortSignal,
  onCut: (message: number) => void,
): AsyncGenerator<ProtobufDocument> {
  const chunks: Buffer[] = [];
  let isFileCut = false;
  const onCutFile = () => {
    isFileCut = true;
  };
  for await (const chunk of readBytes(path, signal, { onCut: onCutFile, allowsProtobuf: true })) {
    chunks.push(Buffer.from(chunk));
  }
  const all = Buffer.concat(chunks);
  const isAlone = isRequest(all);
  let number = 0;
  let isCut = false;
  for (const message of isAlone ? [{ bytes: all, lacks: 0 }] : messagesOf(all)) {
    number += 1;
    const place = isAlone ? path : `${path}, message ${number}`;
    const found = decode(message.bytes, place);
    isCut = message.lacks > 0 || (isAlone && found.isCut);
    if (found.isCut && !isCut) throw new Error(`${place} ends before its last field does`);
    yield { value: found.value, place };
  }
  if (isCut || isFileCut) onCut(number);
}

const LENGTH_BYTES = 4;

/** `lacks`: how many bytes of it the file does not hold. */
function* messagesOf(all: Buffer): Generator<Readonly<{ bytes: Buffer; lacks: number }>> {
  for (let at = 0; at < all.length; ) {
    const isLength = at + LENGTH_BYTES <= all.length;
    const end = isLength ? at + LENGTH_BYTES + all.readUInt32BE(at) : all.length + 1;
    yield { bytes: all.subarray(at + LENGTH_BYTES, end), lacks: Math.max(0, end - all.length) };
    at = end;
  }
}

function decode(bytes: Buffer, place: string): ReturnType<typeof decodeRequest> {
  try {
    return decodeRequest(bytes);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const problem = error.field === '' ? `${place} ${error.problem}` : `${place}: ${error.message}`;
    throw new Error(problem, { cause: error });
  }
}
