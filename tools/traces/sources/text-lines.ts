import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { UsageError } from '../../cli/command-line.ts';

/**
 * A text file line by line. Throws with its name and what to do where it is none; UsageError where
 * whoever named it must name another.
 */
export async function* readLines(path: string, signal: AbortSignal): AsyncGenerator<string> {
  await checkText(path);
  const input = createReadStream(path, { signal });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) yield line;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, path);
  } finally {
    lines.close();
    input.destroy();
  }
}

/** By its first bytes: what is not text has no lines, and may be read whole in search of one. */
async function checkText(path: string): Promise<void> {
  const start = await readStart(path).catch((error: unknown) => {
    throw explain(error, path);
  });
  if (start[0] === 0x1f && start[1] === 0x8b) {
    throw new Error(`${path} is compressed; unpack it first: gunzip -k ${path}`);
  }
  if (start.includes(0)) throw new Error(`${path} is no text file`);
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory; name the files in it',
  EACCES: 'you may not read it',
};

function explain(error: unknown, path: string): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''];
  const text = `cannot read ${path}: ${reason ?? message}`;
  return reason === undefined
    ? new Error(text, { cause: error })
    : new UsageError(text, { cause: error });
}
