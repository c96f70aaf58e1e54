import { wrapText } from '../cli/format.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import type { Waterfall } from '../traces/waterfall-model.ts';
import type { BrokenTrace } from './platform-summary.ts';

const LEGEND =
  "█ a program's span  ▒ the platform's own  • event  indented: called by the line above\n";

/** The one request that stands for the others; `platform` as people call it. */
export function renderTypical(platform: string, waterfall: Waterfall): string {
  const which = waterfall.cold ? 'the median one; none was warm' : 'the median warm one';
  return `\nOne request on ${platform}, ${which}:\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}

/** What to look at where not every trace is whole. */
export function renderBroken(platform: string, { waterfall, lacks }: BrokenTrace): string {
  const what = wrapText(`A request on ${platform} whose trace is not whole; it lacks:`);
  const edges = lacks.flatMap((edge) => wrapText(edge, '    ', '  - '));
  return `\n${[...what, ...edges].join('\n')}\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}
