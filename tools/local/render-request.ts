import { wrapText } from '../cli/format.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import type { Waterfall } from '../traces/waterfall.ts';
import type { BrokenTrace } from './platform-summary.ts';

const LEGEND =
  "█ a program's span  ▒ the platform's own  • event  indented: called by the line above\n";

/** One typical request; `platform` as people call it. */
export function renderTypical(platform: string, waterfall: Waterfall): string {
  const title = waterfall.cold
    ? `The median request on ${platform} (no request was warm):`
    : `The median warm request on ${platform}:`;
  return `\n${title}\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}

/** The first incomplete trace and what it lacks. */
export function renderBroken(platform: string, { waterfall, lacks }: BrokenTrace): string {
  const what = wrapText(`The trace of a request on ${platform} is incomplete. It lacks:`);
  const edges = lacks.flatMap((edge) => wrapText(edge, '    ', '  - '));
  return `\n${[...what, ...edges].join('\n')}\n\n${renderWaterfall(waterfall)}${LEGEND}`;
}
