import { interruptible, UsageError } from '../cli/command-line.ts';
import { createProgress } from '../cli/progress.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { createClosers } from '../local/closers.ts';
import { renderReplacement } from '../local/platforms/replacement.ts';
import { type Check, type Result, runChecks } from './check.ts';
import { startTestedCloud, type TestedCloud } from './cloud.ts';
import type { Options } from './options.ts';
import { findingsOf, renderResults, resultValue } from './render.ts';
import { serverChecks } from './server/checks.ts';
import { createServerCalls } from './server/server-calls.ts';
import { startTested } from './tested-program.ts';

/** Of one call to the program. */
const DEADLINE_MS = 10_000;

/** Returns the exit code. */
export async function run(options: Options): Promise<number> {
  const signal = interruptible('interrupted');
  const progress = createProgress(process.stderr);
  try {
    const results = await check(options, {
      signal,
      caller: process.env,
      tell: (line) => process.stderr.write(`${line}\n`),
      onCheck: ({ group, title }) => progress.show(`${group}: ${title}`),
    });
    progress.clear();
    await writeOutcome(options.json, {
      text: () => renderResults(results),
      value: () => resultValue(options, results),
    });
    return findingsOf(results).length === 0 ? 0 : 1;
  } finally {
    progress.clear();
  }
}

type Around = Readonly<{
  signal: AbortSignal;
  caller: NodeJS.ProcessEnv;
  tell: (line: string) => void;
  onCheck: (check: Check) => void;
}>;

async function check(options: Options, around: Around): Promise<readonly Result[]> {
  const closers = createClosers();
  try {
    const tested = await startTestedCloud(options.program);
    closers.add(tested.close);
    const { checks, upstream } = await prepare(options, tested, around.signal, closers);
    const variables = tested.variables(options, upstream, around.caller);
    const program = await startTested({ ...around, options, variables });
    closers.add(program.close);
    return await runChecks(checks, around);
  } finally {
    await closers.closeAll();
  }
}

async function prepare(
  options: Options,
  { cloud }: TestedCloud,
  signal: AbortSignal,
  closers: ReturnType<typeof createClosers>,
): Promise<{ checks: readonly Check[]; upstream: Readonly<Record<string, string>> }> {
  if (options.program !== 'server') throw new UsageError(`--${options.program} is not ready yet`);
  const address = renderReplacement(options);
  const calls = createServerCalls(address, DEADLINE_MS);
  closers.add(calls.close);
  return { checks: serverChecks({ calls, cloud, signal }), upstream: {} };
}
