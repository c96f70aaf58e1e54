import { upCommand } from '../cli/commands/up.ts';
import { TEXT_COLUMNS, wrapText } from '../cli/format.ts';
import { writeFlags } from '../cli/written-flags.ts';
import type { Comparison } from '../compare/result/comparison.ts';
import { renderBrief } from '../compare/text/render-brief.ts';
import { failureLines } from '../compare/text/render-failures.ts';
import { renderText } from '../compare/text/render-text.ts';
import { renderLevel } from './instrument.ts';
import type { Delay, Options } from './options.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { PlatformName } from './platforms/platform.ts';
import { renderWithout } from './protections.ts';
import { renderTotals } from './render-totals.ts';
import { renderReplaced } from './replaced-option.ts';
import type { PlatformResult } from './results.ts';

/** Makes enough runs for a verdict, and one to spare (see options.ts). */
const REQUESTS_FOR_A_VERDICT = 60;

/**
 * What `--once` prints below its waterfall. People read the last screen of their terminal: totals,
 * failed requests, verdict, a line for each hop, warnings, and whether every trace is complete.
 */
export function renderOutcome(run: {
  options: Options;
  pairs: readonly (readonly [PlatformName, PlatformResult])[];
  /** One-sided where only one platform ran. */
  comparison: Comparison;
  faults: readonly string[];
  /** Of the terminal. */
  width?: number;
}): string {
  const { options, pairs, comparison, faults, width = TEXT_COLUMNS } = run;
  const alone = pairs.length === 1 ? pairs[0]?.[0] : undefined;
  const level = renderLevel(options.instrument);
  const blocks = [
    renderTotals(pairs, options.instrument),
    linesOf([
      ...options.delays.map(renderDelay),
      ...options.replaced.map(renderReplaced),
      ...options.without.map(renderWithout),
      ...(level === undefined ? [] : wrapText(level)),
    ]),
    alone === undefined && level === undefined ? '' : linesOf(failureLines(comparison, width)),
    alone === undefined || level !== undefined ? '' : linesOf(aloneLines(alone, options)),
    options.full
      ? renderText(comparison, width)
      : alone === undefined && level === undefined
        ? renderBrief(comparison, adviceFor(comparison, options), width)
        : '',
    alone !== undefined || options.full || level !== undefined ? '' : linesOf(moreLines(options)),
    linesOf(faults.length === 0 ? [renderGood(options)] : faults),
  ];
  return blocks.map((block) => (block === '' ? '' : `\n${block}`)).join('');
}

function renderGood({ instrument }: Options): string {
  if (instrument === 'all') return 'Every trace is complete.';
  if (instrument === 'none') return 'Every request has its answer, and no request has a trace.';
  return `Every trace has the spans that --instrument ${instrument} makes.`;
}

/** How to look at the traces once the system has ended: only where they were saved. */
export const inspectAdvice = ({ save }: Pick<Options, 'save'>): string =>
  save === undefined
    ? 'Repeat the run with --save FILE, then run npx shakesapp doctor --from FILE'
    : `Run npx shakesapp doctor --from ${save}`;

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What a run of one platform cannot show, and what it shows anyway. */
function aloneLines(platform: PlatformName, { html, full }: Options): readonly string[] {
  const page = html === undefined ? '' : ` ${html} shows its figures and traces.`;
  const table = full ? ' All its figures:' : '';
  return wrapText(`Only ${PLATFORM_LABEL[platform]} ran, so nothing is compared.${page}${table}`);
}

/** Latency added on purpose, so that nobody takes it for a finding. */
export const renderDelay = ({ platform, hop, delayMs }: Delay): string =>
  `latency added (local): ${delayMs} ms in front of ${hop} on ${PLATFORM_LABEL[platform]}`;

/** The same run with more requests, in as many runs as these make. */
function adviceFor({ overall }: Comparison, { requests, flags }: Options): readonly string[] {
  const isEnough = requests >= REQUESTS_FOR_A_VERDICT && flags.runs === undefined;
  if (overall.verdict !== 'not-enough-data' || isEnough) return [];
  const more = Math.max(requests, REQUESTS_FOR_A_VERDICT);
  const again = writeFlags(upCommand(), { ...flags, requests: more, runs: undefined });
  return [`For a verdict: npm start -- ${again.join(' ')}`];
}

function moreLines({ html, save }: Options): readonly string[] {
  const page = html === undefined ? ', or --html FILE for a page with every distribution' : '';
  const again =
    save === undefined ? '' : ` To read the saved traces, run npx shakesapp compare --from ${save}`;
  return wrapText(`For all quantiles, cold requests and methods, add --full${page}.${again}`);
}
