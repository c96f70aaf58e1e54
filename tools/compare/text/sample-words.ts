import { counted } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Overall } from '../statistics/overall.ts';
import { windowText } from '../statistics/windows/window-length.ts';
import type { WindowsUsed } from '../statistics/windows/windows-used.ts';

/** How many requests the verdict rests on, and of how many where some have no partner. */
export function sampleText({ overall, cohorts }: Pick<Comparison, 'overall' | 'cohorts'>): string {
  const { runs, pairs, windows } = overall;
  const [a, b] = [cohorts.a.latency.warm?.n ?? 0, cohorts.b.latency.warm?.n ?? 0];
  const ofRequests = `${a} and ${counted(b, 'request')}`;
  if (windows !== null) return windowsText({ ...overall, windows }, { a, b });
  if (!overall.paired) return `${ofRequests}, unpaired, in ${runs.a} and ${counted(runs.b, 'run')}`;
  const all = a === pairs && b === pairs;
  return `${counted(pairs, 'pair')}${all ? '' : ` of ${ofRequests}`} in ${counted(runs.a, 'run')}`;
}

type OfWindows = Overall & Readonly<{ windows: WindowsUsed }>;

/** `360 pairs of 400 and 380 requests in 40 windows of 1 min`. */
function windowsText(overall: OfWindows, warm: Sides<number>): string {
  const { design, pairs, runs, windows } = overall;
  const all = `${warm.a} and ${counted(warm.b, 'request')}`;
  if (Math.min(runs.a, runs.b) === 0) return all;
  const length = ` of ${windowText(windows.lengthMs)}`;
  const ofRequests = `${some(overall.a?.n, warm.a)} and ${some(overall.b?.n, warm.b)} ${warm.b === 1 ? 'request' : 'requests'}`;
  switch (design) {
    case 'paired-requests':
      return `${counted(pairs, 'pair')} of ${all} in ${counted(runs.a, 'window')}${length}`;
    case 'paired-windows':
      return `${ofRequests} in ${counted(runs.a, 'window')}${length} that both have`;
    default:
      return `${ofRequests} in ${runs.a} and ${counted(runs.b, 'window')}${length}`;
  }
}

/** `120 of 360`: the others have operations that the other side lacks, or no window beside them. */
const some = (tested: number | undefined, all: number): string =>
  tested === undefined || tested === all ? String(all) : `${tested} of ${all}`;
