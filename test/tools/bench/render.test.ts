import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutcomeRow } from '../../../tools/bench/outcome.ts';
import { renderMarkdown, renderTable } from '../../../tools/bench/render.ts';

const MACHINE = { date: '2026-11-26', node: 'v26.10.0', cpus: 2, cpu: 'a CPU', load: 0.5 };

const ROW: OutcomeRow = {
  name: 'search',
  variant: 'absent',
  ours: 0.18764,
  other: 24.633,
  unit: 'ms',
  ratio: { median: 131.279, low: 9.996, high: 1_234.5 },
  goal: '≥ 200 ×',
  met: false,
  peakMemoryMb: 57,
  rounds: 5,
  othersCpu: { load: 0.25 },
};

test('the table has three digits of each figure and says where a goal is missed', () => {
  const [head, line] = renderTable(MACHINE, [ROW]).split('\n');
  assert.match(head ?? '', /^name +compared +ours +other +ratio \(range\) +peak MB +goal$/);
  assert.equal(
    line,
    'search  absent    0.188 ms  24.6 ms  131 (10.0–1235)  57       ≥ 200 ×  NOT MET',
  );
});

test('a figure that is not there is a dash', () => {
  const bare = { ...ROW, other: null, ratio: null, goal: null, met: null, peakMemoryMb: null };
  assert.match(renderTable(MACHINE, [bare]), /^search +absent +0\.188 ms +– +– +– +–$/m);
});

test('the Markdown has one cell for each column, and the machine below', () => {
  const lines = renderMarkdown(MACHINE, [ROW]).split('\n');
  const cells = lines.slice(0, 3).map((line) => line.split('|').length);
  assert.deepEqual(cells, [10, 10, 10]);
  const text = lines.join('\n');
  assert.match(
    text,
    /on 2026-11-26 with Node\.js v26\.10\.0 on 2 CPUs \(a CPU\), load average 0\.5/,
  );
  assert.match(text, /search: .* CPU that is not measured: load 25 %\./);
});
