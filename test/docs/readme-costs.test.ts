import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const COSTS = /### What it costs\n([\s\S]*?)\n###/.exec(README)?.[1] ?? '';
const DAYS_A_MONTH = 30.4;

/** What is paid for, its arithmetic, and the first amount of a day and of a month. */
const ROWS = COSTS.split('\n')
  .filter((line) => /^\|.*\$\d[\d.]*(\*\*)?( or 0)? \|$/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, what = '', arithmetic = '', day = '', month = '']) => ({
    what,
    arithmetic,
    day: amountOf(day),
    month: amountOf(month),
  }));

function amountOf(cell: string): number {
  return Number(/\$([\d.]+)/.exec(cell)?.[1]);
}

/** The value of a product or sum as the table writes it, units and thousands' commas left out. */
function evaluate(arithmetic: string): number {
  const plain = arithmetic
    .replaceAll(/(?<=\d),(?=\d{3})/g, '')
    .replaceAll(/per million/g, '/ 1000000')
    .replaceAll('×', '*')
    .replaceAll(/[^\d.*/+() ]/g, '');
  return Function(`return ${plain}`)();
}

describe('the costs in the README', () => {
  it('are a day and a month of each thing that is paid for', () => {
    assert.ok(ROWS.length >= 11, `${ROWS.length} rows`);
    for (const { what, day, month } of ROWS) {
      // A day is rounded to a cent.
      const off = Math.abs(month - day * DAYS_A_MONTH);
      assert.ok(off <= 0.005 * DAYS_A_MONTH + 0.01, `${what}: ${day} a day, ${month} a month`);
    }
  });

  it('follow from their arithmetic', () => {
    const find = (what: string) => {
      const row = ROWS.find((candidate) => candidate.what.startsWith(what));
      assert.ok(row, what);
      return row;
    };
    const always = find('Cloud Run, CPU always allocated');
    assert.equal(always.day, Number(evaluate(always.arithmetic).toFixed(2)));
    assert.equal(always.month, Number((evaluate(always.arithmetic) * DAYS_A_MONTH).toFixed(2)));

    const requests = evaluate(
      /= (29,520.*)$/.exec(find('Cloud Run, `request_based').arithmetic)?.[1] ?? '',
    );
    assert.equal(find('Cloud Run, `request_based').month, Number((requests * 30.4).toFixed(2)));

    const node = /: (.*) an hour \* 24/.exec(find('GKE node').arithmetic.replaceAll('×', '*'))?.[1];
    const disk = (30 * 0.04) / DAYS_A_MONTH;
    assert.equal(find('GKE node').day, Number((evaluate(node ?? '') * 24 + disk).toFixed(2)));

    const spans = evaluate(
      /= (115,200.*per million)/.exec(find('Cloud Trace').arithmetic)?.[1] ?? '',
    );
    assert.equal(find('Cloud Trace').month, Number((spans * DAYS_A_MONTH).toFixed(2)));
  });

  it('are those of the defaults', () => {
    const defaults = readFileSync(join(ROOT, 'terraform/variables.tf'), 'utf8');
    const preset = (name: string) =>
      new RegExp(`variable "${name}" \\{[^}]*?default += "?([^"\\n]+)`).exec(defaults)?.[1];
    assert.deepEqual(
      ['cpu', 'memory', 'requests_per_run', 'interval_ms', 'max_instances', 'schedule'].map(preset),
      ['1', '512Mi', '10', '2000', '3', '* * * * *'],
    );
    const nodes = readFileSync(join(ROOT, 'terraform/gke/cluster/nodes.tf'), 'utf8');
    assert.match(nodes, /machine_type = "e2-highcpu-4"/);
    assert.match(
      readFileSync(join(ROOT, 'terraform/gke/cluster/cluster.tf'), 'utf8'),
      /disk_size_gb +(=) 30/,
    );
  });

  it('say when they were written, and that they are to be checked', () => {
    assert.match(COSTS, /\d{1,2} \w+ 20\d\d/);
    assert.match(COSTS, /cloud\.google\.com\/products\/calculator/);
  });
});
