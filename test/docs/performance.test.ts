import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderMarkdown } from '../../tools/bench/render.ts';
import { BENCHMARKS, namesFor } from '../../tools/cli/commands/bench.ts';
import { readDocument } from './documents.ts';

const { text } = readDocument('docs/performance.md');
const [, output = ''] = /^<!-- bench -->\n\n(.*)\n<!-- end of bench -->$/ms.exec(text) ?? [];

describe('docs/performance.md', () => {
  it('has the table as bench --markdown prints it, with the machine', () => {
    const machine = { date: '', node: '', cpus: 2, cpu: '', load: 0 };
    const head = renderMarkdown(machine, []).split('\n').slice(0, 2).join('\n');
    assert.ok(output.startsWith(`${head}\n| `), output.slice(0, 300));
    assert.match(
      output,
      /^Measured on \d{4}-\d\d-\d\d with Node\.js v[\d.]+ on \d+ CPUs \(.*\), load/m,
    );
  });

  it('has a line and a note of each benchmark that runs without a name', () => {
    const lines = output.split('\n');
    const of = (start: string) => lines.some((line) => line.startsWith(start));
    const missing = namesFor(true).filter(
      (name) => !of(`| ${name} | `) || !of(`- ${name}: ${BENCHMARKS[name].compares}.`),
    );
    assert.deepEqual(missing, []);
  });
});
