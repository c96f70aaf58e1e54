import { systemClock } from '../../lib/clock.ts';
import { interruptible } from '../cli/command-line.ts';
import { createProgress } from '../cli/progress.ts';
import { writeOutcome } from '../cli/result-file.ts';
import { createTraceReader } from '../google/follow.ts';
import { createJobControl } from '../google/job.ts';
import { load } from './load.ts';
import type { Options } from './options.ts';
import { findTarget } from './target.ts';

/** Returns the exit code. */
export async function run(options: Options): Promise<number> {
  const target = await findTarget(options, { env: process.env });
  // The local system takes no credentials, so nobody need look for a metadata server.
  if (target.local) process.env.METADATA_SERVER_DETECTION ??= 'none';
  const signal = interruptible('interrupted; a run that was started goes on');
  const progress = createProgress(process.stderr);
  const job = createJobControl(target);
  try {
    const { text, value, exitCode } = await load(options, target, {
      job,
      readTraces: createTraceReader(target, systemClock),
      clock: systemClock,
      signal,
      progress,
      announce: (text) => process.stderr.write(`${text}\n`),
    });
    progress.clear();
    await writeOutcome(options.json, { text: () => text, value: () => value });
    return exitCode;
  } finally {
    progress.clear();
    await job.close();
  }
}
