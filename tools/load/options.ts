import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { LoadFlags, Verb } from '../cli/commands/load.ts';
import type { Changes } from '../google/job.ts';

export type Options = Readonly<{
  verb: Verb;
  wait: boolean;
  changes: Changes;
  local: boolean;
  target: Readonly<{ project?: string; region?: string; job?: string }>;
  json: string | true | undefined;
}>;

/** Throws UsageError. */
export function parseOptions(flags: LoadFlags): Options {
  const { verb, project, region, job, json } = flags;
  const local = flags.local === true;
  if (local && (project ?? region ?? job) !== undefined) {
    throw new UsageError('--local has its own project, region and job');
  }
  checkOutput('json', json);
  return {
    verb,
    wait: verb === 'run' && flags.wait === true,
    changes: verb === 'set' ? parseChanges(flags) : {},
    local,
    target: {
      ...(project !== undefined && { project }),
      ...(region !== undefined && { region }),
      ...(job !== undefined && { job }),
    },
    json,
  };
}

function parseChanges(flags: Extract<LoadFlags, { verb: 'set' }>): Changes {
  const { requests, interval: intervalMs, schedule } = flags;
  if ((requests ?? intervalMs ?? schedule) === undefined) {
    throw new UsageError(
      'missing what to set; give --requests N, --interval MS or --schedule CRON',
    );
  }
  if (schedule !== undefined && schedule.trim().split(/\s+/).length !== 5) {
    throw new UsageError(
      `--schedule is ${JSON.stringify(schedule)}; allowed: five fields (minute, hour, day, month, weekday), for example '*/5 * * * *'`,
    );
  }
  return {
    ...(requests !== undefined && { requests }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(schedule !== undefined && { schedule }),
  };
}
