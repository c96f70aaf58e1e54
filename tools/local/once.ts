import type { LoadSummary } from '../../functions/loadgen/contract.ts';
import { isStdout } from '../cli/command-line.ts';
import { columnsFor } from '../cli/format.ts';
import { writeResult } from '../cli/result-file.ts';
import { CLOUD_RUN, GKE } from '../compare/cohorts/cohort.ts';
import { compareTraces } from '../compare/compare.ts';
import type { Comparison } from '../compare/result/comparison.ts';
import type { Trace } from '../traces/model.ts';
import { renderTraceFile } from '../traces/sources/trace-lines.ts';
import type { Waterfall } from '../traces/waterfall.ts';
import { darkPrograms, lackingAt } from './instrument.ts';
import { type LogBook, renderLogTail, withLogs } from './log-book.ts';
import type { Options } from './options.ts';
import { summarisePlatform } from './platform-summary.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { PlatformName } from './platforms/platform.ts';
import { inspectAdvice, renderOutcome } from './render-outcome.ts';
import { renderBroken, renderFailed, renderTypical } from './render-request.ts';
import { programsReplaced } from './replaced-option.ts';
import { faultsOf, type PlatformResult, RESULTS_VERSION, type Results } from './results.ts';
import type { System } from './system.ts';
import type { WireHeaders } from './wire-headers.ts';

/** The platforms of the comparison's cohorts. */
const SIDES = { a: 'cloud_run', b: 'gke' } as const;

/** The source that a file of `--save` names. */
const SOURCE = { kind: 'memory', local: true, since: null, until: null } as const;

/**
 * Counts what the runs left behind, and shows it. Every process has ended: no span arrives after the
 * last SIGTERM. Returns the exit code.
 */
export async function reportOnce(run: {
  system: System;
  options: Options;
  summaries: ReadonlyMap<PlatformName, LoadSummary[]>;
  logBook: LogBook;
  wireHeaders: WireHeaders;
  broken: readonly string[];
  print: (text: string) => void;
}): Promise<number> {
  const { system, options, print } = run;
  const { instrument } = options;
  const traces = system.cloud.traceStore.traces();
  const platforms = system.platforms
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, reports }) => ({
      name,
      ...summarisePlatform({
        platform: name,
        requests: options.requests,
        summaries: run.summaries.get(name) ?? [],
        reports: reports(),
        replaced: programsReplaced(options.replaced, name),
        traces,
        lacking: lackingAt(instrument),
        dark: darkPrograms(instrument),
      }),
    }));
  const pairs = platforms.map(({ name, result }): [PlatformName, PlatformResult] => [name, result]);
  // Of one platform alone it holds that side's figures and traces, for the page and for --full.
  const comparison = compareTraces(traces, {
    cohorts: { a: CLOUD_RUN, b: GKE },
    name: system.cloud.projectId,
    local: true,
    inspect: inspectAdvice(options),
  });
  const [first] = platforms;
  // The median of the comparison, where there is one.
  const median = instrument === 'all' ? comparison.exemplars.a.median : null;
  const waterfall = median ?? first?.waterfall;
  const faults = [
    ...run.broken,
    ...pairs.flatMap(([name, result]) =>
      faultsOf(result, instrument !== 'none').map((fault) => `${PLATFORM_LABEL[name]}: ${fault}`),
    ),
  ];
  const broken = platforms.find((platform) => platform.broken !== null);
  const [failure] = comparison.failures;
  const show = (name: PlatformName, shown: Waterfall, text: (shown: Waterfall) => string) => {
    print(text(options.logs ? withLogs(shown, run.logBook.lines(name)) : shown));
    if (options.headers) print(run.wireHeaders.render(shown.traceId));
  };
  if (broken?.broken) {
    const { broken: trace, name } = broken;
    const { lacks } = trace;
    show(name, trace.waterfall, (shown) =>
      renderBroken(PLATFORM_LABEL[name], { waterfall: shown, lacks }),
    );
  } else if (failure?.exemplar.waterfall) {
    const { cohort, waterfall: failed } = failure.exemplar;
    const name = SIDES[cohort];
    show(name, failed, (shown) => renderFailed(PLATFORM_LABEL[name], failure, shown));
  } else if (first && waterfall) {
    const unmade = { level: instrument, edges: first.unmade };
    show(first.name, waterfall, (shown) =>
      renderTypical(PLATFORM_LABEL[first.name], shown, unmade),
    );
  } else if (first && instrument === 'none') {
    print(renderLogTail(PLATFORM_LABEL[first.name], run.logBook.lines(first.name)));
  }
  print(renderOutcome({ options, pairs, comparison, faults, width: columnsFor(process.stdout) }));
  const projectId = system.cloud.projectId;
  await writeFiles({ options, projectId, traces, comparison, pairs, logBook: run.logBook });
  return faults.length === 0 ? 0 : 1;
}

async function writeFiles(results: {
  options: Options;
  projectId: string;
  traces: readonly Trace[];
  comparison: Comparison;
  pairs: readonly (readonly [PlatformName, PlatformResult])[];
  logBook: LogBook;
}): Promise<void> {
  const { options, comparison } = results;
  if (options.json !== undefined) {
    const content: Results = {
      version: RESULTS_VERSION,
      local: true,
      delays: options.delays,
      ...(options.instrument !== 'all' && { instrument: options.instrument }),
      ...(options.without.length > 0 && { without: options.without }),
      ...(options.replaced.length > 0 && { replaced: options.replaced }),
      platforms: Object.fromEntries(results.pairs),
      failures: comparison.failures,
      ...(results.pairs.length === 2 && options.instrument === 'all' && { comparison }),
    };
    const json = `${JSON.stringify(content, null, 2)}\n`;
    if (isStdout(options.json)) process.stdout.write(json);
    else await writeResult(options.json, json);
  }
  if (options.save !== undefined) {
    // Every process has ended, so no trace grows any more.
    const level = options.instrument !== 'all' && { instrument: options.instrument };
    const source = { ...SOURCE, name: results.projectId, ...level };
    await writeResult(options.save, renderTraceFile(source, results.traces));
  }
  if (options.saveLogs !== undefined) {
    await writeResult(options.saveLogs, results.logBook.render());
  }
  if (options.html !== undefined) {
    // Imported only here, because the plots take the longest to load.
    const { renderHtml } = await import('../compare/html/render-html.ts');
    const { logsFrom } = await import('./page/trace-logs.ts');
    await writeResult(options.html, renderHtml(comparison, logsFrom(results.logBook)));
  }
}
