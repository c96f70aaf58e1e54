import { interruptible, runTool } from '../cli/command-line.ts';
import { refuseFlagsTakenByNpm } from '../cli/npm-flags.ts';
import { createProgress } from '../cli/progress.ts';
import { realClock } from '../traces/sources/clock.ts';
import { createTraceReader } from './follow.ts';
import { createJobControl } from './job.ts';
import { load } from './load.ts';
import { FLAG_NAMES, HELP, parseOptions } from './options.ts';
import { findTarget } from './target.ts';

async function main(): Promise<number> {
  refuseFlagsTakenByNpm(process.env, FLAG_NAMES, 'npm run load');
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const target = await findTarget(options, { env: process.env });
  // The local system takes no credentials, so nobody need look for a metadata server.
  if (target.local) process.env.METADATA_SERVER_DETECTION ??= 'none';
  const signal = interruptible('interrupted; a run that was started goes on');
  const progress = createProgress(process.stderr);
  const job = createJobControl(target);
  try {
    const { text, value, exitCode } = await load(options, target, {
      job,
      readTraces: createTraceReader(target, realClock),
      clock: realClock,
      signal,
      progress,
      announce: (text) => process.stderr.write(`${text}\n`),
    });
    progress.clear();
    process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : text);
    return exitCode;
  } finally {
    progress.clear();
    await job.close();
  }
}

await runTool('load', main);
