import { status } from '@grpc/grpc-js';
import type { Arrived } from '../google/follow.ts';
import type { JobView } from '../google/job.ts';
import type { Started } from '../google/run.ts';
import type { Target } from '../google/target.ts';

export function renderJob(job: JobView): string {
  const { requests, intervalMs } = job;
  const lengthSeconds = ((requests - 1) * intervalMs) / 1000;
  return [
    `${job.name}`,
    `  state         ${job.state}`,
    `  schedule      ${job.schedule} (${job.timeZone})`,
    `  a run         ${requests} requests, ${intervalMs} ms apart: ${lengthSeconds} s`,
    `  body          ${JSON.stringify(job.body)}`,
    `  last attempt  ${renderLastAttempt(job)}`,
    `  next          ${job.nextRunMs === undefined ? 'none by schedule' : iso(job.nextRunMs)}`,
    '',
  ].join('\n');
}

function renderLastAttempt({ lastAttemptMs, lastStatusCode }: JobView): string {
  if (lastAttemptMs === undefined) return 'none yet';
  const outcome =
    lastStatusCode === 0 ? 'ok' : `failed (code ${lastStatusCode}): see the log of loadgen`;
  return `${iso(lastAttemptMs)}, ${outcome}`;
}

/** Said before anything is changed: the name of a job holds its project and region. */
export const renderIntent = (verb: string, { jobName, local }: Target): string =>
  `${verb}: ${jobName} ${local ? 'of the local system' : 'on Google Cloud'}`;

/** What `pause` and `resume` came to, the command that undoes it, and what they do not reach. */
export function renderState(job: JobView, verb: string, target: Target): string {
  const paused = job.state === 'PAUSED';
  const next = paused
    ? `the schedule starts nothing until: npx shakesapp load resume ${flagsOf(target)}`
    : `next run ${job.nextRunMs === undefined ? 'by the schedule' : iso(job.nextRunMs)}`;
  const overlay = target.local
    ? "the local GKE's own schedule goes on as before"
    : `GKE has its own schedule: kubectl -n shakesapp patch cronjob trigger -p '{"spec":{"suspend":${paused}}}'`;
  return `${job.name} ${verb} ${job.state}; ${next}\n  (${overlay})\n`;
}

/** Said again in full: what found the job here may not be set where the command is run. */
const flagsOf = ({ local, projectId, region, jobName }: Target): string =>
  local
    ? '--local'
    : `--project ${projectId} --region ${region} --job ${jobName.split('/').at(-1)}`;

export function renderChange(before: JobView, after: JobView, local: boolean): string {
  const lines = (
    [
      ['requests', before.requests, after.requests],
      ['interval', `${before.intervalMs} ms`, `${after.intervalMs} ms`],
      ['schedule', before.schedule, after.schedule],
    ] as const
  ).map(([name, was, is]) => `  ${name}  ${was === is ? `${is} (as before)` : `${was} → ${is}`}`);
  const note = local
    ? '  (until the local system stops; GKE’s CronJob keeps its own)'
    : '  (Cloud Run only, and until the next terraform apply; to keep it and change GKE too, set terraform’s variables)';
  return [after.name, ...lines, note, ''].join('\n');
}

export function renderStarted({ job, scheduledMinute, forced }: Started): string {
  const who = forced ? 'started' : 'the schedule started';
  return `${who} the run of ${scheduledMinute}: ${job.requests} requests, ${job.intervalMs} ms apart\n`;
}

export function renderArrived(arrived: Arrived, compareCommand: string, target: Target): string {
  const { expected, whole, traces, errors, sharedIds, complete, waitedMs, failedWith } = arrived;
  if (failedWith !== null && !complete) return renderFailed(arrived, failedWith, target);
  const head = complete
    ? `all ${expected} traces have arrived and are complete`
    : `${whole} of ${expected} traces are complete after ${Math.round(waitedMs / 1000)} s (${traces} arrived)`;
  const origin = target.local ? '--local' : `--project ${target.projectId}`;
  return [
    `${head}${errors > 0 ? `; ${errors} of them in error` : ''}${sharedIds > 0 ? `; ${sharedIds} share their trace id with another request` : ''}`,
    complete && sharedIds === 0 ? '' : `  why: npx shakesapp doctor ${origin}`,
    'compare with the other platform:',
    `  ${compareCommand}`,
    '',
  ]
    .filter((line, index) => line !== '' || index === 4)
    .join('\n');
}

/** Cloud Scheduler keeps of an answer its code alone; loadgen's own words are in its log. */
function renderFailed({ traces }: Arrived, code: number, target: Target): string {
  const where = target.local
    ? 'the line of this minute where npm start runs'
    : 'the log of loadgen, by its time';
  return [
    `the run failed: Cloud Scheduler's attempt ended with ${status[code] ?? 'code'} (${code}): ` +
      `${CODE_MEANINGS[code] ?? 'loadgen did not answer with success'} (${traces} traces arrived)`,
    `  loadgen's own words: ${where}`,
    '',
  ].join('\n');
}

const CODE_MEANINGS: Readonly<Record<number, string>> = {
  [status.INVALID_ARGUMENT]: 'loadgen refused what the job asks for (400), as it will each time',
  [status.UNAUTHENTICATED]: 'loadgen did not accept the ID token (401)',
  [status.PERMISSION_DENIED]: 'the service account of the job may not call loadgen (403)',
  [status.NOT_FOUND]: "there is nothing at the job's URL (404)",
  [status.DEADLINE_EXCEEDED]: 'no answer within the attempt deadline',
  [status.UNAVAILABLE]: 'loadgen could not be reached (503)',
};

/**
 * The command that compares both platforms over a window that holds the run whenever it is called:
 * from the minute before, because clocks differ and GKE's run began with the minute.
 */
export function compareCommand(target: Target, run: Started): string {
  const sinceMs = Math.floor(run.startedMs / 60_000) * 60_000 - 60_000;
  const origin = target.local ? '--local' : `--project ${target.projectId}`;
  return `npx shakesapp compare ${origin} --since ${iso(sinceMs)}`;
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
