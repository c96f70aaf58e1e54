import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** Bad usage of a tool: said in one line on stderr, exit code 2. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** node:util's parseArgs with its errors as UsageError and `--help` handled the same everywhere. */
export function parseCommandLine<const O extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: O,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError(explain(error), { cause: error });
  }
}

/** parseArgs adds hints on positional arguments and on dashes, which no tool here takes. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '([^']+)'/.exec(message);
  if (unknown !== null) return `unknown flag ${unknown[1]}`;
  const lacking = /^Option '(?:-\w, )?(--[\w-]+)[^']*' argument (?:missing|is ambiguous)/.exec(
    message,
  );
  if (lacking !== null) return `${lacking[1]} lacks its value`;
  return message;
}

/** A flag's whole number within bounds, or the preset where the flag is absent. */
export function wholeNumber<T extends number | undefined>(
  flag: string,
  value: string | undefined,
  bounds: { min: number; max: number; preset: T },
): number | T {
  if (value === undefined) return bounds.preset;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= bounds.min && number <= bounds.max) return number;
  throw new UsageError(
    `--${flag} is ${JSON.stringify(value)}; allowed: a whole number from ${bounds.min} to ${bounds.max}`,
  );
}

/** A flag's word out of a closed list. */
export function choice<const W extends readonly string[]>(
  flag: string,
  value: string | undefined,
  words: W,
  preset: W[number],
): W[number] {
  if (value === undefined) return preset;
  if ((words as readonly string[]).includes(value)) return value;
  throw new UsageError(
    `--${flag} is ${JSON.stringify(value)}; allowed: one of ${words.join(', ')}`,
  );
}

/** Checks that a file can be written there, before the work whose result it is to hold. */
export function checkOutput(flag: string, file: string | undefined): void {
  if (file === undefined || file === '-') return;
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UsageError(`--${flag} ${file}: is a directory; name a file in it`);
  }
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code;
    throw new UsageError(`--${flag} ${file}: cannot be written (${reason})`, { cause: error });
  }
}

/** Checks that there is a folder to read. */
export function checkFolder(flag: string, folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`--${flag} ${folder}: no such folder`);
  if (!found.isDirectory()) throw new UsageError(`--${flag} ${folder}: is no folder`);
}

/** Time for output to drain once a tool has failed. */
const END_WITHIN_MS = 500;

/** Aborts at the first Ctrl-C or SIGTERM, with an error that says so in these words. */
export function interruptible(text: string): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupted.abort(new Error(text)));
  }
  return interrupted.signal;
}

/** Runs a tool's main: its exit code, 2 with one line for bad usage, 1 with the error otherwise. */
export async function runTool(name: string, main: () => Promise<number>): Promise<void> {
  // Whoever reads the output may stop reading (`| head`); the work itself goes on to its end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof UsageError) {
      const command = name === 'start' ? 'npm start' : `npm run ${name}`;
      process.stderr.write(`${name}: ${error.message}\n(see: ${command} -- --help)\n`);
      process.exitCode = 2;
      return;
    }
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    // A library may still wait for an answer, without end: that must not keep the process.
    setTimeout(() => process.exit(), END_WITHIN_MS).unref();
  }
}
