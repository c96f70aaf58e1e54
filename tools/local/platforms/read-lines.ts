import type { Readable } from 'node:stream';

/** Four times what Cloud Logging takes as one entry. */
export const LONGEST_LINE_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Gives each line that a program writes, without its end: LF, CR LF or CR. Of a line longer than `most`
 * bytes it keeps the beginning: node:readline keeps all of it, and a program may never end one.
 */
export function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  most = LONGEST_LINE_BYTES,
): void {
  let kept: Buffer[] = [];
  let length = 0;
  let endedByCr = false;
  const endLine = () => {
    const line = Buffer.concat(kept).toString();
    kept = [];
    length = 0;
    onLine(line);
  };
  stream.on('data', (chunk: Buffer) => {
    for (let begin = 0; begin < chunk.length; ) {
      const end = endOfLine(chunk, begin);
      const content = end === -1 ? chunk.length : end;
      const room = most - length;
      if (room > 0) kept.push(chunk.subarray(begin, Math.min(content, begin + room)));
      length += content - begin;
      const isSecondOfTwo = endedByCr && chunk[begin] === LF;
      endedByCr = end !== -1 && chunk[end] === CR;
      if (end !== -1 && !isSecondOfTwo) endLine();
      begin = content + 1;
    }
  });
  stream.on('end', () => {
    if (length > 0) endLine();
  });
}

function endOfLine(bytes: Buffer, begin: number): number {
  const lf = bytes.indexOf(LF, begin);
  const cr = bytes.subarray(begin, lf === -1 ? bytes.length : lf).indexOf(CR);
  return cr === -1 ? lf : begin + cr;
}
