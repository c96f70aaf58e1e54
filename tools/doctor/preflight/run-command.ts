import { execFile } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../cli/main.ts');
const VERSION_WITHIN_MS = 30_000;
const TOOL_WITHIN_MS = 600_000;

/** What it prints on both streams, whatever its exit code; null where it does not run at all. */
export function runCommand(
  file: string,
  args: readonly string[],
  { signal, timeoutMs = VERSION_WITHIN_MS }: { signal: AbortSignal; timeoutMs?: number },
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const options = { signal, timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 };
  execFile(file, [...args], options, (error, stdout, stderr) => {
    const missing = error !== null && typeof error.code === 'string';
    resolve(missing ? null : `${stdout}${stderr}`);
  });
  return promise;
}

/** One of this project's own commands, as a person would run it. */
export const runTool = (args: readonly string[], signal: AbortSignal): Promise<string | null> =>
  runCommand(process.execPath, [MAIN, ...args], { signal, timeoutMs: TOOL_WITHIN_MS });
