import { join } from 'node:path';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { announce } from './announcement.ts';
import { createClosers } from './closers.ts';
import { type LocalCloud, startLocalCloud } from './cloud/local-cloud.ts';
import { imageTagOf } from './image-tag.ts';
import type { Options } from './options.ts';
import { startCloudRun } from './platforms/cloud-run/cloud-run.ts';
import { startGke } from './platforms/gke/gke.ts';
import type { AddedLatencyMs } from './platforms/knobs.ts';
import type {
  HeadersSeen,
  LogLine,
  Platform,
  PlatformEvent,
  PlatformName,
} from './platforms/platform.ts';
import { replacedOn } from './replaced-option.ts';
import { createLoadJob, loadSchedulerLibrary, type SchedulerJob } from './scheduler-job.ts';
import { createSettings, type PassedOn } from './settings.ts';
import type { Slowness } from './slowness.ts';
import type { WorksChoice } from './works-options.ts';

export type System = Readonly<{
  cloud: LocalCloud;
  platforms: readonly Platform[];
  /** Cloud Scheduler's job; absent where only GKE runs, whose CronJob is its schedule. */
  job?: SchedulerJob;
  slowness: Pick<Slowness, 'factor'>;
  /** Measures how slow the machine is now; local deadlines follow. */
  measureSlowness(): Promise<void>;
  /** Writes the file by which `--local` finds this system; close() removes it. */
  announce(pageUrl: string): Promise<void>;
  /** Ends every process and removes every port and file, last started first. Idempotent. */
  close(): Promise<void>;
}>;

/** A platform on which a run can be fired, and what fires it. */
export type ReadyPlatform = Readonly<{ platform: Platform; job?: SchedulerJob | undefined }> &
  Pick<System, 'cloud' | 'slowness'>;

/**
 * Everything on loopback: the local cloud, both platforms with the three programs on each, and the
 * schedule. `byHand`: nothing fires by itself.
 */
export async function startSystem(setup: {
  slowness: Slowness;
  /** The first measurement, which began while modules were loaded. */
  measured: Promise<string | undefined>;
  options: Options;
  passedOn: PassedOn;
  /** The environment of whoever starts the system: of programs that replace ours. */
  caller?: NodeJS.ProcessEnv;
  works: WorksChoice;
  byHand: boolean;
  body: LoadRequestBody;
  /** Ends the start at its next step: everything is closed, and the signal's reason is thrown. */
  signal: AbortSignal;
  onLog: (line: LogLine) => void;
  onEvent: (event: PlatformEvent) => void;
  onProgress: (text: string) => void;
  /** As soon as a platform is ready, also where the other one is not. */
  onReady?: ((ready: ReadyPlatform) => void) | undefined;
  /** Of each request through a front end of Cloud Run. */
  onHeaders?: ((seen: HeadersSeen) => void) | undefined;
}): Promise<System> {
  const { options, works, slowness, signal, onLog, onEvent, onProgress } = setup;
  const closers = createClosers();
  // One tag for both platforms, so that the comparison sees the same code.
  const imageTag = imageTagOf(join(import.meta.dirname, '../..'));
  const tell = (news: string | undefined) => {
    if (news !== undefined) onProgress(news);
  };
  try {
    const cloud = await startLocalCloud(works.folder === undefined ? {} : { works: works.folder });
    closers.add(cloud.close);
    // Before GKE's pods start, because beside them it takes eight times as long.
    if (options.platforms.includes('cloud_run')) await loadSchedulerLibrary();
    tell(await setup.measured);
    onProgress('local cloud: Storage, Trace, Scheduler and the metadata server are ready');
    signal.throwIfAborted();
    const common = (platform: PlatformName) => ({
      cloud,
      settings: createSettings({
        passedOn: setup.passedOn,
        billing: platform === 'cloud_run' ? options.billing : 'instance',
        works,
        imageTag,
        instrument: options.instrument,
        without: options.without,
        replaced: replacedOn(options.replaced, platform),
        ...(setup.caller && { caller: setup.caller }),
      }),
      signal,
      slowness: slowness.factor,
      onLog,
      onEvent,
    });
    const starts: Record<PlatformName, () => Promise<Platform>> = {
      cloud_run: () =>
        startCloudRun({
          ...common('cloud_run'),
          onHeaders: setup.onHeaders,
          knobs: {
            billing: options.billing,
            ownSpans: options.frontEndSpans,
            rewriteParent: options.rewriteParent,
            dropSampledFlag: options.dropSampledFlag,
            addedLatencyMs: addedLatency(options, 'cloud_run'),
          },
        }),
      gke: () =>
        startGke({
          ...common('gke'),
          schedule: setup.byHand ? undefined : { body: setup.body },
          knobs: { addedLatencyMs: addedLatency(options, 'gke') },
        }),
    };
    const platforms: Platform[] = [];
    // Neither waits for the other's programs to end.
    closers.add(() => allSettled(platforms.map((platform) => platform.close())));
    const jobs: SchedulerJob[] = [];
    await allSettled(
      options.platforms.map(async (name) => {
        const platform = await starts[name]();
        platforms.push(platform);
        onProgress(`${name}: ${READY[name]}`);
        if (name === 'cloud_run') {
          const created = await createLoadJob(cloud, platform, { ...setup, slowness });
          jobs.push(created);
          closers.add(created.close);
        }
        if (!signal.aborted) setup.onReady?.({ cloud, platform, job: jobs[0], slowness });
      }),
    );
    signal.throwIfAborted();

    const [job] = jobs;
    const announceAt = async (pageUrl: string) => {
      const jobName = job?.name ?? '';
      const { remove } = await announce({ cloud, platforms, jobName, pageUrl, onProgress });
      closers.add(remove);
    };
    return {
      cloud,
      platforms,
      ...(job && { job }),
      slowness,
      measureSlowness: async () => tell(await slowness.measure()),
      announce: announceAt,
      close: closers.closeAll,
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** Waits for all, and then throws the first failure. */
async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

const READY: Record<PlatformName, string> = {
  cloud_run: 'three services ready; the first request starts an instance of each',
  gke: 'three pods ready',
};

function addedLatency(options: Options, platform: PlatformName): AddedLatencyMs {
  const latency = { loadgen: 0, client: 0, server: 0 };
  for (const delay of options.delays) {
    if (delay.platform === platform) latency[delay.hop] += delay.delayMs;
  }
  return latency;
}
