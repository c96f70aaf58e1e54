import { once } from 'node:events';
import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { TEXT_COLUMNS } from '../cli/format.ts';
import { fireRun, RunRefused } from './fire.ts';
import { planFirstRun, renderFirstRun } from './first-run.ts';
import type { LogBook } from './log-book.ts';
import type { Delay } from './options.ts';
import { renderBesideLine } from './page/beside-line.ts';
import { createComparer } from './page/comparer.ts';
import { startPage } from './page/page.ts';
import type { SavedTraces } from './page/saved-traces.ts';
import { renderWithout, type Without } from './protections.ts';
import { renderDelay } from './render-outcome.ts';
import { type Replaced, renderReplaced } from './replaced-option.ts';
import type { System } from './system.ts';
import { watchRefusals } from './watch-refusals.ts';
import { watchTraces } from './watch-traces.ts';

/** How busy a machine is changes; measuring takes two starts of a bare Node. */
const MEASURE_EVERY_MS = 60_000;

/** Shows traces as they arrive, in the terminal and on a page, until the signal. */
export async function runLive(live: {
  system: System;
  body: LoadRequestBody;
  delays: readonly Delay[];
  without: readonly Without[];
  replaced: readonly Replaced[];
  logBook: LogBook;
  saved: readonly SavedTraces[];
  signal: AbortSignal;
  print: (text: string) => void;
  onProgress: (text: string) => void;
}): Promise<number> {
  const { system, signal, print, onProgress } = live;
  const { traceStore, projectId } = system.cloud;
  const [one, other] = system.platforms;
  const alone = other === undefined ? one?.name : undefined;
  const comparer = createComparer(projectId, alone);
  const page = await startPage({
    traceStore,
    render: comparer.render,
    logBook: live.logBook,
    saved: live.saved,
    alone,
  });
  const stopWatching = watchTraces(traceStore, (line) => print(`${line}\n`), {
    slowness: system.slowness.factor,
    // 0 in a terminal that does not say its width
    columns: process.stdout.columns || TEXT_COLUMNS,
  });
  const stopTelling = watchRefusals(system, (line) => print(`${line}\n`));
  const measuring = setInterval(() => {
    system.measureSlowness().catch((error: Error) => onProgress(error.message));
  }, MEASURE_EVERY_MS);
  try {
    await system.announce(page.url);
    print(`\nTraces and comparison (local): ${page.url}\n`);
    print(renderBesideLine(live.saved, page.url));
    for (const delay of live.delays) print(`${renderDelay(delay)}\n`);
    for (const off of live.without) print(`${renderWithout(off)}\n`);
    for (const one of live.replaced) print(`${renderReplaced(one)}\n`);
    const first = planFirstRun(live.body, Date.now());
    print(`${renderFirstRun(first)} Press Ctrl-C to stop.\n\n`);
    if (first.now) {
      fireRun(system, live.body, first.minute, signal).catch((error: Error) => {
        // watchRefusals reports a refusal.
        if (signal.aborted || error instanceof RunRefused) return;
        onProgress(`first run: ${error.message}`);
      });
    }
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  } finally {
    clearInterval(measuring);
    stopWatching();
    stopTelling();
    await page.close();
    await comparer.close();
  }
}
