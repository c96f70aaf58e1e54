import { parentPort, workerData } from 'node:worker_threads';
import { CLOUD_RUN, GKE } from '../../compare/cohorts/cohort.ts';
import { compareTraces } from '../../compare/compare.ts';
import type { Compared } from './comparer.ts';
import { type LiveParts, renderParts } from './live-page.ts';

parentPort?.on('message', (compared: Compared) => parentPort?.postMessage(render(compared)));

const { name, alone } = workerData;

function render({ traces, of }: Compared): LiveParts {
  try {
    const comparison = compareTraces(traces, {
      cohorts: { a: CLOUD_RUN, b: GKE },
      name,
      local: true,
      readAtMs: Date.now(),
      inspect: 'Run npx shakesapp doctor --local',
    });
    return renderParts(comparison, { compared: traces.length, of, alone });
  } catch (error) {
    // An error that is thrown here ends the worker and loses its reason.
    const failure = error instanceof Error ? error.message : `${error}`;
    return renderParts(undefined, { failure, alone });
  }
}
