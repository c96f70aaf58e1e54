import type { LoadSummary } from '../../functions/loadgen/contract.ts';
import { isStdout } from '../cli/command-line.ts';
import { createConsole } from './console.ts';
import { createLoadBody } from './fire.ts';
import { createLogBook } from './log-book.ts';
import type { Options } from './options.ts';
import type { LogLine, PlatformName } from './platforms/platform.ts';
import { createRunLog } from './run-log.ts';
import { createRuns } from './runs.ts';
import { parsePassedOn } from './settings.ts';
import { createSlowness } from './slowness.ts';
import { createStop, type Stop } from './stop.ts';
import { createWireHeaders } from './wire-headers.ts';
import { readWorksChoice } from './works-options.ts';

const note = (text: string) => void process.stderr.write(`${text}\n`);

/** Returns the exit code. */
export async function run(options: Options): Promise<number> {
  const stop = createStop(note);
  // For as long as the process lives: without a listener the second copy of a Ctrl-C would kill it.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop.interrupt);
  const code = await runUntil(stop, options).catch((error: unknown) => {
    if (error !== stop.signal.reason) throw error;
    // Stopped before it was ready: a burst has failed then, a live run has just ended.
    return options.once ? 1 : 0;
  });
  stop.ended();
  return code;
}

/** Throws the reason of the stop's signal if the stop comes before the system runs. */
async function runUntil(stop: Stop, options: Options): Promise<number> {
  const { signal } = stop;
  const slowness = createSlowness();
  // It needs another process, and loading the system keeps this one busy.
  const measured = slowness.measure();
  measured.catch(() => {});
  // Results on stdout take the place of the text.
  const silent = options.json !== undefined && isStdout(options.json);
  const print = (text: string) => void (silent || process.stdout.write(text));
  const passedOn = parsePassedOn(process.env);
  const works = await readWorksChoice(options);

  const saved = options.beside.length === 0 ? [] : await readBeside(options.beside, signal);
  const runs = options.once
    ? createRuns({ options, signal, onProgress: note, onPause: () => void loadReport() })
    : undefined;
  const body = createLoadBody(options);
  const summaries = new Map<PlatformName, LoadSummary[]>();
  const runLog = createRunLog((path) => note(`details of what fails: ${path}`));
  const logBook = createLogBook();
  const wireHeaders = createWireHeaders();
  const programs = createConsole({
    verbose: options.verbose,
    requestsListed: !options.once,
    print: note,
    detail: runLog.add,
  });
  const { startSystem } = await import('./system.ts');
  stop.setProgramsRun(true);
  const system = await startSystem({
    slowness,
    measured,
    options,
    passedOn,
    caller: process.env,
    works,
    byHand: options.once,
    body,
    signal,
    onProgress: note,
    onReady: runs?.begin,
    onEvent: programs.onEvent,
    ...(options.headers && { onHeaders: wireHeaders.add }),
    onLog: (line) => {
      collectSummary(summaries, line);
      logBook.add(line);
      programs.onLog(line);
    },
  });
  try {
    if (runs) {
      await runs.finish(system);
      if (options.replaced.length > 0) {
        const { awaitOthersSpans } = await import('./await-spans.ts');
        await awaitOthersSpans({ system, options, signal, onProgress: note });
      }
      note('stopping every process, so that all spans are stored');
      await system.close();
      stop.setProgramsRun(false);
      const { reportOnce } = await loadReport();
      const { broken } = runs;
      return await reportOnce({ system, options, summaries, logBook, wireHeaders, broken, print });
    }
    const { runLive } = await import('./live.ts');
    const { delays, without, replaced } = options;
    const lines = { delays, without, replaced, logBook, saved };
    return await runLive({ system, body, ...lines, signal, print, onProgress: note });
  } finally {
    await system.close();
  }
}

/** What compares traces takes long to load. */
const loadReport = () => import('./once.ts');

/** Only a run that asks for it loads the readers of traces. */
const readBeside = async (paths: readonly string[], signal: AbortSignal) =>
  (await import('./page/saved-traces.ts')).readAllSaved(paths, signal);

/** loadgen logs the figures of each run, on both platforms. */
function collectSummary(summaries: Map<PlatformName, LoadSummary[]>, entry: LogLine): void {
  if (typeof entry.line === 'string' || entry.line.message !== 'run finished') return;
  const earlier = summaries.get(entry.platform) ?? [];
  summaries.set(entry.platform, [...earlier, entry.line.summary as LoadSummary]);
}
