/** Characters that wait at most; more are written at once. */
const MAX_WAITING = 16_384;

export type LogOutput = Readonly<{ write(line: string): void; flush(): void }>;

/**
 * Writes the lines of one turn of the event loop together: under load each write wakes the log's
 * reader, which costs more than the line. What waits is written before the process exits, and lines
 * that come during the exit are written at once.
 */
export function createLogOutput(destination: { write(text: string): void }): LogOutput {
  let waiting = '';
  let isExiting = false;
  const flush = () => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') destination.write(lines);
  };
  process.once('exit', () => {
    isExiting = true;
    flush();
  });
  return {
    write(line) {
      if (waiting === '') setImmediate(flush);
      waiting += line;
      if (isExiting || waiting.length > MAX_WAITING) flush();
    },
    flush,
  };
}
