import { formatMs } from '../cli/format.ts';
import { completeAt, knowsColdAt, type Level } from './instrument.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { PlatformName } from './platforms/platform.ts';
import type { LatencyQuantiles, PlatformResult } from './results.ts';

const LABEL_WIDTH = 26;
const COLUMN_WIDTH = 22;

/** The totals of a run, a column for each platform; plain text of at most 100 columns. */
export function renderTotals(
  platforms: readonly (readonly [PlatformName, PlatformResult])[],
  level: Level = 'all',
): string {
  const complete = `  ${completeAt(level)}`;
  const knowsCold = knowsColdAt(level);
  const labelWidth = Math.max(LABEL_WIDTH, complete.length);
  const row = (label: string, cell: (result: PlatformResult) => string | number) =>
    label.padEnd(labelWidth) +
    platforms.map(([, result]) => String(cell(result)).padStart(COLUMN_WIDTH)).join('');
  const lines = [
    ' '.repeat(labelWidth) +
      platforms.map(([name]) => PLATFORM_LABEL[name].padStart(COLUMN_WIDTH)).join(''),
    row('requests', ({ requests }) => requests),
    row('  with the right count', ({ ok }) => ok),
    row('  wrong counts', ({ mismatched }) => mismatched),
    row('  failed, dropped', ({ failed, dropped }) => `${failed}, ${dropped}`),
    ...(platforms.some(([, { shed }]) => shed > 0)
      ? [row('  shed, no trace', ({ shed }) => shed)]
      : []),
    row('traces of requests', ({ traces }) => traces),
    row(complete, ({ wholeTraces }) => wholeTraces),
    ...(knowsCold ? [row('  cold requests', coldText)] : []),
    row('orphan spans', ({ orphanSpans }) => orphanSpans),
    ...(platforms.some(([, { invocationOrphanSpans = 0 }]) => invocationOrphanSpans > 0)
      ? [row("  of the schedule's calls", ({ invocationOrphanSpans = 0 }) => invocationOrphanSpans)]
      : []),
    row('health check spans', ({ healthSpans }) => healthSpans),
    row('spans started', ({ spansStarted }) => spansStarted),
    row('  stored, lost', ({ spansStored, spansLost }) => `${spansStored}, ${spansLost}`),
    row("front end's own spans", ({ frontEndSpans }) => frontEndSpans),
    ...(knowsCold
      ? [row('p50, p95, warm', ({ warmLatencyMs }) => latencyText(warmLatencyMs))]
      : []),
    row(`p50, p95${knowsCold ? ', cold included' : ''}`, ({ latencyMs }) => latencyText(latencyMs)),
  ];
  return `${lines.join('\n')}\n`;
}

/** As in the comparison: of an incomplete trace the part that says so may be missing. */
const coldText = ({ coldTraces, traces, wholeTraces }: PlatformResult) =>
  wholeTraces < traces ? `at least ${coldTraces}` : coldTraces;

const latencyText = (latencyMs: LatencyQuantiles | null) =>
  latencyMs === null ? '-' : `${formatMs(latencyMs.p50)}, ${formatMs(latencyMs.p95)}`;
