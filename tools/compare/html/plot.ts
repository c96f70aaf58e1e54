import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

/**
 * Observable Plot and its D3 from the one file that each package holds for browsers. By their names
 * they come as some 120 modules: to find, link and run those takes as long as to compare 5,000 spans.
 */
function loadPlot(): typeof import('@observablehq/plot') {
  const entry = fileURLToPath(import.meta.resolve('@observablehq/plot'));
  const d3 = dirname(createRequire(entry).resolve('d3'));
  return runScript(
    join(dirname(entry), '../dist/plot.umd.min.js'),
    runScript(join(d3, 'd3.min.js')),
  ) as typeof import('@observablehq/plot');
}

/** Runs a script that exports as CommonJS does, and requires one other script at most. */
function runScript(path: string, required?: object): object {
  const exports = {};
  const run = compileFunction(readFileSync(path, 'utf8'), ['exports', 'module', 'require'], {
    filename: path,
  });
  run(exports, { exports }, () => required);
  return exports;
}

export const { dot, lineY, plot, ruleY, text } = loadPlot();
