import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bad usage of a tool: said in one line on stderr, exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Checks that a file can be written there, before the work whose result it is to hold. */
export function checkOutput(flag: string, file: string | true | undefined): void {
  if (file === undefined || isStdout(file)) return;
  if (file === '') throw new UsageError(`--${flag} needs the name of a file`);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError(`--${flag} ${file}: is a directory; name a file in it`);
  }
  try {
    if (existsSync(file)) accessSync(file, constants.W_OK);
    // the slash refuses a file in the place of the directory
    else accessSync(`${dirname(file)}/`, constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? '']?.(dirname(file)) ?? message;
    throw new UsageError(`--${flag} ${file}: cannot be written: ${reason}`, { cause: error });
  }
}

const REASONS: Readonly<Record<string, (folder: string) => string>> = {
  ENOENT: (folder) => `there is no directory ${folder}`,
  ENOTDIR: (folder) => `${folder} is not a directory`,
  EACCES: () => 'permission denied',
  EROFS: () => 'the file system is read-only',
};

/** What `--json` without a file means. */
export const isStdout = (file: string | true): file is true => file === true || file === '-';

/** Checks that there is a folder to read. */
export function checkFolder(flag: string, folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`--${flag} ${folder}: no such directory`);
  if (!found.isDirectory()) throw new UsageError(`--${flag} ${folder}: is not a directory`);
}

/** Time for output to drain once a tool has failed. */
const END_WITHIN_MS = 500;

/** One Ctrl-C may arrive twice: from the terminal, and from npm. */
const SAME_INTERRUPT_MS = 1_000;

/**
 * Aborts at the first Ctrl-C or SIGTERM, with an error that says so in these words. A later one
 * ends the process, for a user who has waited long enough.
 */
export function interruptible(text: string): AbortSignal {
  const interrupted = new AbortController();
  let firstMs: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const nowMs = performance.now();
      firstMs ??= nowMs;
      if (nowMs - firstMs > SAME_INTERRUPT_MS) process.exit(1);
      interrupted.abort(new Error(text));
    });
  }
  return interrupted.signal;
}

/**
 * Runs a command: its exit code, 2 with one line for bad usage, 1 with the error otherwise. `hint`
 * ends the words on bad usage.
 */
export async function runTool(name: string, main: () => Promise<number>, hint = ''): Promise<void> {
  // The reader of the output may stop reading (`| head`); the work itself continues to its end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof UsageError) {
      const help = ['npx shakesapp', name, '--help'].filter((word) => word !== '').join(' ');
      process.stderr.write(
        `${name || 'shakesapp'}: ${error.message}${error.message.includes('npm took') ? '' : hint} (see: ${help})\n`,
      );
      process.exitCode = 2;
      return;
    }
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    // A library may still wait for an answer, without end: that must not keep the process.
    setTimeout(() => process.exit(), END_WITHIN_MS).unref();
  }
}
