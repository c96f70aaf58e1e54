import { createRandom } from '../../../../lib/random.ts';
import { PAGE_TRACES } from '../read-budget.ts';
import { inTurn, type Slice, type Stratum, sliceLengthOf, strataOf } from './slices.ts';

/** A slice has about so many, so that most fit into one page. */
const SLICE_TRACES = 85;
/** Of the pages, those that are read before it is known whether all can be. */
const EAGER_SHARE = 0.05;
const MOST_EAGER_PAGES = 10;
/** Pages that look how many traces there are, each in another part of the window. */
const PILOT_PAGES = 6;
/** Fewer pages make no sample. */
const FEWEST_PAGES = 20;
/** By its first pages a window may be so much smaller than it is. */
const DOUBT = 4;
/** Of the pages, for requests that failed. */
const FAILED_SHARE = 0.2;

/**
 * A page to be read. `sequence`: the next one of all traces; `pilot`: to see how many there are;
 * `failed`: of traces that match the term too; `slice`: of one slice.
 */
export type Ask = Readonly<{
  kind: 'sequence' | 'pilot' | 'failed' | 'slice';
  startMs: number;
  endMs: number;
  term: string;
  pageToken: string;
}>;

/** What came; the texts are empty where there is none. */
export type Answered = Readonly<{
  traces: number;
  lastStartMs: number;
  nextPageToken: string;
}>;

export type PlanOptions = Readonly<{
  window: Slice;
  /** Slices that lie in none of these are left out: between the windows of two cohorts. */
  wanted?: readonly Slice[] | undefined;
  /** How many pages may be read. */
  mostPages: number;
  /** How many slices may be read; Infinity: as many as there are pages for. */
  mostSlices: number;
  seed: number;
  /** Each finds traces in which something failed. */
  failureTerms: readonly string[];
  /** Slices are what is read from now on. */
  onSample(planned: Planned): void;
}>;

/** What is known before the first slice is read. */
export type Planned = Readonly<{
  strata: readonly Stratum[];
  sliceMs: number;
  /** Whether everything that failed was read. */
  allFailures: boolean;
}>;

type Steps<T> = Generator<Ask, T, Answered>;

/**
 * Which pages are read, one after the other, as each answer comes: all of them in their order, or
 * where they would be too many, slices of time. The same answers give the same pages, so that a read
 * that was killed goes on.
 */
export function* planReads(options: PlanOptions): Steps<void> {
  const { window, mostPages, mostSlices, seed } = options;
  const all: Ask = { kind: 'sequence', ...window, term: '', pageToken: '' };
  const begun = yield* beginReading(all, options);
  if (begun.nextPageToken === '') return;
  const lengthMs = window.endMs - window.startMs;
  const isSmall = rateOf(begun, window) * lengthMs * DOUBT <= mostPages * PAGE_TRACES;
  if (mostPages < FEWEST_PAGES || (isSmall && mostSlices === Number.POSITIVE_INFINITY)) {
    return yield* readOn(all, begun, mostPages - begun.pages);
  }
  const around = yield* lookAround(all, options);
  const restMs = window.endMs - begun.lastStartMs;
  const traces = begun.traces + around.rate * restMs;
  const sliceMs = sliceLengthOf((SLICE_TRACES / traces) * lengthMs);
  const strata = within(options.wanted ?? [window], strataOf(window, sliceMs, seed));
  const slices = strata.reduce((sum, { length }) => sum + length, 0);
  let left = mostPages - begun.pages - around.pages;
  const pagesLeft = (traces - begun.traces) / PAGE_TRACES;
  if (pagesLeft <= left && slices <= mostSlices) return yield* readOn(all, begun, left);
  const failed = yield* readFailed(all, options);
  options.onSample({ strata, sliceMs, allFailures: !failed.isCut });
  left -= failed.pages;
  for (const slice of inTurn(strata, seed).slice(0, mostSlices)) {
    if (left <= 0) break;
    left -= yield* readPages({ ...all, kind: 'slice', ...slice }, Number.POSITIVE_INFINITY);
  }
}

type Begun = Answered & Readonly<{ pages: number }>;

/** The first pages: few traces, or a burst of them at the beginning, are all read by then. */
function* beginReading(all: Ask, { mostPages }: PlanOptions): Steps<Begun> {
  const most = Math.min(MOST_EAGER_PAGES, Math.max(1, Math.floor(mostPages * EAGER_SHARE)));
  let answered = yield all;
  let traces = answered.traces;
  let pages = 1;
  for (; pages < most && answered.nextPageToken !== ''; pages += 1) {
    answered = yield { ...all, pageToken: answered.nextPageToken };
    traces += answered.traces;
  }
  return { ...answered, traces, pages };
}

/** How many traces a millisecond there are, by pages from several moments of the window. */
function* lookAround(
  all: Ask,
  { window, seed }: PlanOptions,
): Steps<Readonly<{ rate: number; pages: number }>> {
  const rates: number[] = [];
  let pages = 0;
  for (const startMs of pilots(window, seed)) {
    const answered = yield { ...all, kind: 'pilot', startMs };
    pages += 1;
    const rate = rateOf(answered, { startMs, endMs: window.endMs });
    // The page may hold all that is left: then it speaks for the other parts too.
    const parts = answered.nextPageToken === '' ? PILOT_PAGES - rates.length : 1;
    rates.push(...Array<number>(parts).fill(rate));
    if (rates.length === PILOT_PAGES) break;
  }
  return { rate: rates.reduce((sum, one) => sum + one, 0) / rates.length, pages };
}

function* readOn(all: Ask, begun: Answered, mostPages: number): Steps<void> {
  let pageToken = begun.nextPageToken;
  for (let page = 0; page < mostPages && pageToken !== ''; page += 1) {
    ({ nextPageToken: pageToken } = yield { ...all, pageToken });
  }
}

function* readFailed(all: Ask, { failureTerms, mostPages }: PlanOptions) {
  let left = Math.max(failureTerms.length, Math.floor(mostPages * FAILED_SHARE));
  let [pages, isCut] = [0, false];
  for (const [place, term] of failureTerms.entries()) {
    const most = left - (failureTerms.length - place - 1);
    const read = yield* readPages({ ...all, kind: 'failed', term }, most);
    pages += Math.abs(read);
    left -= Math.abs(read);
    isCut ||= read < 0;
  }
  return { pages, isCut };
}

/** How many pages there were; negative: and more of them. */
function* readPages(ask: Ask, most: number): Steps<number> {
  let pageToken = '';
  for (let pages = 1; ; pages += 1) {
    ({ nextPageToken: pageToken } = yield { ...ask, pageToken });
    if (pageToken === '') return pages;
    if (pages >= most) return -pages;
  }
}

function within(wanted: readonly Slice[], strata: readonly Stratum[]): readonly Stratum[] {
  const isWanted = ({ startMs, endMs }: Slice) =>
    wanted.some((one) => startMs < one.endMs && endMs > one.startMs);
  return strata.map((stratum) => stratum.filter(isWanted)).filter(({ length }) => length > 0);
}

/** Traces a millisecond, from pages that are in the order of their starts. */
function rateOf({ traces, lastStartMs, nextPageToken }: Answered, { startMs, endMs }: Slice) {
  return traces / Math.max(1, (nextPageToken === '' ? endMs : lastStartMs) - startMs);
}

/** Moments of the window, each anywhere in its part. */
function pilots({ startMs, endMs }: Slice, seed: number): readonly number[] {
  const random = createRandom(seed);
  const partMs = (endMs - startMs) / PILOT_PAGES;
  return Array.from({ length: PILOT_PAGES }, (_, part) =>
    Math.floor(startMs + (part + random()) * partMs),
  );
}
