import { BENCHMARKS, type Benchmark } from '../cli/commands/bench.ts';
import { columnsOf, formatPercent, padColumns } from '../cli/format.ts';
import type { Machine } from './machine.ts';
import type { OutcomeRow } from './outcome.ts';

const HEAD = ['name', 'compared', 'ours', 'other', 'ratio (range)', 'peak MB', 'goal', ''];

export function renderTable(machine: Machine, rows: readonly OutcomeRow[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.map((cells) => columnsOf(cells[column] ?? ''))),
  );
  const table = lines.map((cells) =>
    cells
      .map((cell, column) => padColumns(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[...table, '', ...notesOf(machine, rows)].join('\n')}\n`;
}

/** The table, then the machine, then what each benchmark measures. */
export function renderMarkdown(machine: Machine, rows: readonly OutcomeRow[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...rows.map(cellsOf).map(line)];
  const [measured = '', ...each] = notesOf(machine, rows);
  const lines = [...table, '', measured, '', ...each.map((note) => `- ${note}`)];
  return `${lines.join('\n')}\n`;
}

function cellsOf(row: OutcomeRow): readonly string[] {
  const { ratio, met, goal } = row;
  return [
    row.name,
    row.variant,
    `${figure(row.ours)} ${row.unit}`,
    row.other === null ? '–' : `${figure(row.other)} ${row.unit}`,
    ratio === null ? '–' : `${figure(ratio.median)} (${figure(ratio.low)}–${figure(ratio.high)})`,
    row.peakMemoryMb === null ? '–' : String(row.peakMemoryMb),
    goal ?? '–',
    met === null ? '' : met ? 'met' : 'NOT MET',
  ];
}

/** Three significant digits, no exponent. */
function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995 || size === 0) return value.toFixed(2);
  return String(Number(value.toPrecision(3)));
}

function notesOf(machine: Machine, rows: readonly OutcomeRow[]): readonly string[] {
  const names = [...new Set(rows.map(({ name }) => name))];
  return [
    `Measured on ${machine.date} with Node.js ${machine.node} on ${machine.cpus} CPUs (${machine.cpu}), load average ${machine.load} before the run. A ratio is the median of all rounds, with the lowest and the highest.`,
    ...names.map(
      (name) => `${name}: ${BENCHMARKS[name as Benchmark]?.compares ?? ''}.${othersOf(rows, name)}`,
    ),
  ];
}

/** How much of the CPU the load and the local cloud took. */
function othersOf(rows: readonly OutcomeRow[], name: string): string {
  const shares = rows.find((row) => row.name === name && row.othersCpu !== null)?.othersCpu;
  if (!shares) return '';
  const each = Object.entries(shares).map(([other, share]) => `${other} ${formatPercent(share)}`);
  return ` Share of the CPU that is not measured: ${each.join(', ')}.`;
}
