import { type Clock, sleep, systemClock } from '../../lib/clock.ts';
import { SETTLED_AFTER_MS } from '../traces/completeness.ts';
import type { Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../traces/normalise.ts';
import { lackingAt } from './instrument.ts';
import type { Options } from './options.ts';
import { isAddress } from './platforms/replacement.ts';
import type { System } from './system.ts';

/** Programs that somebody else started store their last spans when they like: `--once` waits. */
export async function awaitOthersSpans(run: {
  system: System;
  options: Options;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}): Promise<void> {
  const { system, options, signal } = run;
  if (signal.aborted || !options.replaced.some(({ by }) => isAddress(by))) return;
  run.onProgress('waiting for the spans of the programs that you started');
  await awaitSpans({
    traces: system.cloud.traceStore.traces,
    requests: options.requests * system.platforms.length,
    lacking: lackingAt(options.instrument),
    slowness: system.slowness.factor(),
    signal,
  });
}

const POLL_MS = 200;

/**
 * Waits until so many requests have a complete trace, and no longer than spans take that a program
 * stores in the background.
 */
export async function awaitSpans(options: {
  traces: () => readonly Trace[];
  requests: number;
  /** What a trace lacks, in words. */
  lacking: (tree: NormalisedTrace) => readonly string[];
  slowness: number;
  signal: AbortSignal;
  clock?: Clock;
}): Promise<void> {
  const { traces, requests, lacking, signal, clock = systemClock } = options;
  const untilMs = clock.nowMs() + SETTLED_AFTER_MS * options.slowness;
  const isComplete = (tree: NormalisedTrace) =>
    requestRootOf(tree) !== null && lacking(tree).length === 0;
  while (!signal.aborted && clock.nowMs() < untilMs) {
    if (
      traces()
        .flatMap((trace) => requestsOf(trace))
        .filter(isComplete).length >= requests
    )
      return;
    await sleep(clock, POLL_MS, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }
}
