import type { WriteStream } from 'node:tty';

/** What takes less than this shows nothing. */
const QUIET_MS = 1_000;

export type ProgressLine = Readonly<{
  show(text: string): void;
  /** Takes the line away, before anything else is written. */
  clear(): void;
}>;

/** One line on stderr that tells how far a tool is; nothing where stderr is no terminal. */
export function createProgressLine(
  stream: Pick<WriteStream, 'write' | 'isTTY' | 'columns'> = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  const startMs = now();
  let shown = false;
  return {
    show(text) {
      if (!stream.isTTY || now() - startMs < QUIET_MS) return;
      stream.write(`\r\u001b[K${text.slice(0, stream.columns - 1)}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
