import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable, Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { UsageError } from '../../cli/command-line.ts';
import {
  checkText,
  compressionOf,
  FormatError,
  isPacked,
  readStart,
  START_BYTES,
} from './first-bytes.ts';
import { isOtlpProtobuf } from './otlp/protobuf.ts';
import { fileOf } from './stored-input.ts';

/** `onCut`: the file ends before its compression does, so what comes is not all. */
type Reading = Readonly<{ onCut: () => void; allowsProtobuf?: boolean }>;

/**
 * The bytes of a text file, or of OTLP in protobuf where that is allowed, unpacked where it is
 * compressed. A chunk is good until the next one is asked for. Throws with its name and what to do where
 * it is neither; UsageError where whoever named it must name another.
 */
export async function* readBytes(
  path: string,
  signal: AbortSignal,
  { onCut, allowsProtobuf = false }: Reading,
): AsyncGenerator<Buffer> {
  const check = (start: Buffer) => {
    if (!allowsProtobuf || !isOtlpProtobuf(start)) checkText(start, path);
  };
  const begin = await readStart(path).catch((error: unknown) => {
    throw explain(error, path);
  });
  const compression = compressionOf(begin);
  if (compression === undefined) check(begin);
  try {
    if (compression === undefined) yield* blocksOf(path, signal);
    else {
      const input = createReadStream(fileOf(path), { signal });
      yield* checkFirst(unpack(input, compression.create(), { path, onCut }), { path, check });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FormatError ? error : explain(error, path);
  }
}

const FIRST_BYTES = 64 * 1_024;
const BLOCK_BYTES = 1_024 * 1_024;

/** One buffer for all: large files are read in half the time of a stream, which makes many. */
async function* blocksOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(fileOf(path));
  try {
    const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    // Whoever only looks at its head needs no more.
    for (let length = FIRST_BYTES; ; length = BLOCK_BYTES) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** What was unpacked may still be no text. */
async function* checkFirst(
  chunks: AsyncIterable<Buffer>,
  { path, check }: { path: string; check: (start: Buffer) => void },
): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && isPacked(chunk)) {
      throw new FormatError(`${path} is compressed twice; unpack it once first`);
    }
    if (isFirst) check(chunk.subarray(0, START_BYTES));
    isFirst = false;
    yield chunk;
  }
}

/** By hand, because a pipe throws away what was unpacked before the fault. */
async function* unpack(
  input: Readable,
  engine: Transform,
  { path, onCut }: { path: string; onCut: () => void },
): AsyncGenerator<Buffer> {
  let unpacked: Buffer[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  const take = () => {
    const taken = unpacked;
    unpacked = [];
    return taken;
  };
  engine.on('data', (chunk: Buffer) => unpacked.push(chunk));
  engine.on('error', (error) => {
    failure ??= error;
  });
  const settled = (run: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      engine.once('error', () => resolve());
      run(resolve);
    });
  try {
    for await (const chunk of input) {
      await settled((done) => engine.write(chunk, () => done()));
      await setImmediate();
      yield* take();
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await settled((done) => {
        engine.once('end', done);
        engine.end();
      });
    }
    yield* take();
    if (failure === undefined) return;
    if (!CUT.has(failure.code ?? '')) {
      throw new FormatError(`${path} cannot be unpacked: it is damaged`, { cause: failure });
    }
    onCut();
  } finally {
    engine.destroy();
    input.destroy();
  }
}

/** What gzip and zstd say of an end in the middle. */
const CUT: ReadonlySet<string> = new Set(['Z_BUF_ERROR', 'ZSTD_error_srcSize_wrong']);

/** Whether a file is OTLP in protobuf. Of a file that cannot be read its reader says why. */
export async function holdsProtobuf(path: string, signal: AbortSignal): Promise<boolean> {
  try {
    const begin = await readStart(path);
    if (!isPacked(begin)) return isOtlpProtobuf(begin);
    for await (const chunk of readBytes(path, signal, { onCut: () => {}, allowsProtobuf: true })) {
      return isOtlpProtobuf(chunk);
    }
    return false;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory; name the files in it',
  EACCES: 'permission denied',
};

function explain(error: unknown, path: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''];
  const text = `cannot read ${path}: ${reason ?? message}`;
  return reason === undefined
    ? new Error(text, { cause: error })
    : new UsageError(text, { cause: error });
}
