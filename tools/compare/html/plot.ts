import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Plot = typeof import('@observablehq/plot');

/**
 * Observable Plot and its D3 from the one file that each package holds for browsers. By their names
 * they come as some 120 modules: to find, link and run those takes as long as to compare 5,000 spans.
 * As modules, Node keeps what it compiles of the two files for the next start.
 */
async function loadPlot(): Promise<Plot> {
  const entry = fileURLToPath(import.meta.resolve('@observablehq/plot'));
  const d3 = dirname(createRequire(entry).resolve('d3'));
  // Where there is no CommonJS, they put what they export on globalThis, and Plot finds D3 there.
  const global = globalThis as { d3?: object; Plot?: Plot };
  await import(pathToFileURL(join(d3, 'd3.min.js')).href);
  await import(pathToFileURL(join(dirname(entry), '../dist/plot.umd.min.js')).href);
  const { Plot } = global;
  delete global.d3;
  delete global.Plot;
  if (Plot === undefined) throw new Error(`${entry}: its file for browsers exports no Plot`);
  return Plot;
}

export const { dot, lineY, plot, ruleY, text } = await loadPlot();
