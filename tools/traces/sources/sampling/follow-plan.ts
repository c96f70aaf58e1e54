import type { Trace } from '../../model.ts';
import type { Answered, Ask } from './read-plan.ts';
import { startOf } from './sample.ts';
import type { Slice } from './slices.ts';

export type AskedPage = Readonly<{ ask: Ask; answered: Answered; traces: readonly Trace[] }>;

/**
 * Reads what a plan asks for, and gives the traces that belong to what it chose: of a slice those that
 * begin in it, once all of its pages are there; none of what was only looked at.
 */
export async function* followPlan(
  plan: Generator<Ask, void, Answered>,
  run: Readonly<{
    /** `page`: from 1. */
    read(ask: Ask, page: number): Promise<AskedPage>;
    /** After each page, from 1; `isLast`: the plan asks for no more. */
    onPage(read: AskedPage, place: Readonly<{ page: number; isLast: boolean }>): Promise<void>;
    /** Its traces come next. */
    onSlice(slice: Slice): void;
  }>,
): AsyncGenerator<Trace> {
  let held: Trace[] = [];
  let step = plan.next();
  for (let page = 1; step.done !== true; page += 1) {
    const ask = step.value;
    const read = await run.read(ask, page);
    step = plan.next(read.answered);
    await run.onPage(read, { page, isLast: step.done === true });
    if (ask.kind === 'sequence') held.push(...read.traces);
    if (ask.kind === 'slice') {
      held.push(...read.traces.filter((trace) => startsIn(ask, startOf(trace))));
    }
    const next = step.done === true ? null : step.value;
    const isSliceRead = ask.kind === 'slice' && (next === null || next.pageToken === '');
    if (isSliceRead) run.onSlice({ startMs: ask.startMs, endMs: ask.endMs });
    // The first page of all is held until it is known whether the others follow it.
    const isKept = isSliceRead || (next ?? ask).kind === 'sequence';
    if (isKept) yield* held;
    if (isKept || next?.kind === 'failed') held = [];
  }
}

const startsIn = ({ startMs, endMs }: Slice, atMs: number): boolean =>
  atMs >= startMs && atMs < endMs;
