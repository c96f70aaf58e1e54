import { counted } from '../../cli/format.ts';
import { FEWEST_RUNS, FEWEST_VALUES } from './contrast.ts';
import type { Sample } from './design.ts';
import type { Contrast } from './statistics.ts';
import { FEWEST_WINDOWS } from './windows/series.ts';
import { windowText } from './windows/window-length.ts';
import type { Windowed } from './windows/windowed-sample.ts';

/** How the primary verdict was found, named in every output. */
export function methodText({ runs, beside }: Contrast, { paired, windowed }: Sample): string {
  if (windowed === undefined) {
    return paired
      ? `per run the typical log ratio of its pairs (Hodges-Lehmann), over ${counted(runs.a, 'run')} the trimmed mean with its t-test (Tukey-McLaughlin)`
      : `per run the typical log latency (Hodges-Lehmann), over ${runs.a} and ${counted(runs.b, 'run')} the trimmed means with Yuen's t-test`;
  }
  const { kind, lengthMs } = windowed.windows;
  const length = windowText(lengthMs);
  const each = 'the winsorised mean log latency of each operation, at the same mix on both sides';
  const windows = counted(runs.a, 'window');
  switch (kind) {
    case 'paired-requests':
      return `per window of ${length} the ratio of its pairs: ${each}; over ${windows} ${OVER_TIME}`;
    case 'paired-windows':
      return `per window of ${length} a over b: ${each}; over ${windows} ${OVER_TIME}`;
    case 'windows':
      return `per window of ${length} and side ${each}; over ${runs.a} and ${counted(runs.b, 'window')} ${OVER_TIME}`;
    case 'before-after': {
      if (beside === undefined)
        return `per window of ${length} and side ${each}; ${runs.a} and ${counted(runs.b, 'window')}`;
      const stretch = windowText(beside.stretch * lengthMs);
      return `per window of ${length} ${each}; the last ${stretch} before against the first ${stretch} after, beside ${beside.placebos} steps between other neighbouring stretches of that length (placebos)`;
    }
  }
}

const OVER_TIME =
  'the trimmed mean, with a t-test that allows for neighbouring windows that resemble each other (Lazarus et al., equal-weighted cosines)';

/** Why there is no verdict: too little of something; null where there is enough. */
export function reasonAgainst(
  { values, runs, test }: Contrast,
  { sample, unnamed }: Readonly<{ sample: Sample; unnamed: number }>,
): string | null {
  const { paired, windowed } = sample;
  if (test !== null) return null;
  const what = paired ? 'pairs of warm requests' : 'warm requests';
  const fewest = Math.min(values.a, values.b);
  if (windowed !== undefined) return tooFewWindows(windowed, Math.min(runs.a, runs.b));
  if (fewest === 0) {
    return paired
      ? 'no pair of warm requests without error and with possible times'
      : 'one of the cohorts has no warm request without error and with possible times';
  }
  const fewestRuns = Math.min(runs.a, runs.b);
  if (fewestRuns < FEWEST_RUNS && unnamed > 0) {
    return `${unnamed} warm requests name neither their run nor their scheduled minute and count as one run. That makes ${counted(fewestRuns, 'run')}, and a verdict needs ${FEWEST_RUNS}`;
  }
  if (fewestRuns < FEWEST_RUNS) {
    return `${counted(fewestRuns, 'run')} with ${what}, and a verdict needs ${FEWEST_RUNS}: requests of one run are not independent`;
  }
  return `${fewest} ${what}, and a verdict needs ${FEWEST_VALUES}`;
}

function tooFewWindows({ windows, sides }: Windowed, fewest: number): string {
  if (windows.operations.length === 0) {
    return 'no operation has enough complete warm requests without error on both sides';
  }
  const length = windowText(windows.lengthMs);
  const of = windows.kind === 'paired-windows' ? ' on both sides' : '';
  const requests = Math.min(...[sides.a, sides.b].map(({ figures }) => figures.length));
  return `${counted(Math.min(fewest, requests), `window`)} of ${length} with warm requests${of}, and a verdict needs ${FEWEST_WINDOWS}`;
}
