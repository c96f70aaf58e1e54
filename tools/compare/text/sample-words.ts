import { counted } from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Overall } from '../statistics/overall.ts';
import { windowText } from '../statistics/windows/window-length.ts';

/** How many requests the verdict rests on, and of how many where some have no partner. */
export function sampleText({ overall, cohorts }: Pick<Comparison, 'overall' | 'cohorts'>): string {
  const { runs, pairs } = overall;
  const [a, b] = [cohorts.a.latency.warm?.n ?? 0, cohorts.b.latency.warm?.n ?? 0];
  const ofRequests = `${a} and ${counted(b, 'request')}`;
  if (overall.windows !== null) return windowsText(overall, ofRequests);
  if (!overall.paired) return `${ofRequests}, unpaired, in ${runs.a} and ${counted(runs.b, 'run')}`;
  const all = a === pairs && b === pairs;
  return `${counted(pairs, 'pair')}${all ? '' : ` of ${ofRequests}`} in ${counted(runs.a, 'run')}`;
}

/** `360 pairs of 400 and 380 requests in 40 windows of 1 min`. */
function windowsText({ design, pairs, runs, windows }: Overall, ofRequests: string): string {
  const length = windows === null ? '' : ` of ${windowText(windows.lengthMs)}`;
  switch (design) {
    case 'paired-requests':
      return `${counted(pairs, 'pair')} of ${ofRequests} in ${counted(runs.a, 'window')}${length}`;
    case 'paired-windows':
      return `${ofRequests} in ${counted(runs.a, 'window')}${length} that both have`;
    default:
      return `${ofRequests} in ${runs.a} and ${counted(runs.b, 'window')}${length}`;
  }
}
