import type { Clock } from '../../lib/clock.ts';
import { followRun, type ReadTraces } from '../google/follow.ts';
import type { JobControl } from '../google/job.ts';
import { startRun } from '../google/run.ts';
import type { Target } from '../google/target.ts';
import type { Progress } from '../google/waiting.ts';
import type { Options } from './options.ts';
import {
  compareCommand,
  renderArrived,
  renderChange,
  renderIntent,
  renderJob,
  renderStarted,
  renderState,
} from './render.ts';

export type Tools = Readonly<{
  job: JobControl;
  readTraces: ReadTraces;
  clock: Clock;
  signal: AbortSignal;
  progress: Progress;
  /** Says something that stays, unlike progress on a terminal. */
  announce(text: string): void;
}>;

/** What a verb did: a text for people, a value for programs, and the exit code. */
export type Result = Readonly<{ text: string; value: unknown; exitCode: 0 | 1 }>;

/** Carries one verb out. */
export async function load(options: Options, target: Target, tools: Tools): Promise<Result> {
  const { job, announce } = tools;
  const { verb, changes } = options;
  if (verb !== 'status') announce(renderIntent(verb, target));
  if (verb === 'run') return run(options, target, tools);
  const before = await job.read();
  switch (verb) {
    case 'status':
      return done(renderJob(before), before);
    case 'set': {
      const after = await job.set(changes);
      return done(renderChange(before, after, target.local !== undefined), { before, after });
    }
    default: {
      const [wanted, change] =
        verb === 'pause' ? (['PAUSED', job.pause] as const) : (['ENABLED', job.resume] as const);
      // The service refuses to pause a paused job; who asks for it has what they want.
      if (before.state === wanted) return done(renderState(before, 'was already', target), before);
      const after = await change();
      return done(renderState(after, 'is now', target), after);
    }
  }
}

const done = (text: string, value: unknown): Result => ({ text, value, exitCode: 0 });

async function run(options: Options, target: Target, tools: Tools): Promise<Result> {
  const { clock, signal, progress, readTraces } = tools;
  const started = await startRun(tools.job, clock, signal, progress);
  const text = renderStarted(started);
  if (!options.wait) return done(text, started);
  const { job } = tools;
  const arrived = await followRun({ run: started, job, readTraces, clock, signal, progress });
  const command = compareCommand(target, started);
  return {
    text: text + renderArrived(arrived, command, target),
    value: { ...started, arrived, compare: command },
    exitCode: arrived.complete && arrived.errors === 0 ? 0 : 1,
  };
}
