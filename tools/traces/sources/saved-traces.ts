import { crc32 } from 'node:zlib';
import { type Deviation, NO_EXAMPLE, placeOf } from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { toTrace } from './gather.ts';
import { readDocuments } from './json-documents.ts';
import type { LinePlaces } from './line-places.ts';
import { parseEnd } from './saved-ends.ts';
import { isPlainTrace } from './saved-trace-check.ts';
import { parseSavedLine } from './saved-trace-line.ts';
import type { End } from './trace-lines.ts';
import { show } from './unreadable.ts';

type Telling = Readonly<{
  /** Gets the last line. */
  onEnd?: (end: End) => void;
  onDeviation?: (deviation: Deviation) => void;
  /** Of a saved sample: this trace lies outside of its slices; comes before the trace. */
  onOutside?: (trace: Trace) => void;
  /** Learns where each trace is. */
  places?: LinePlaces;
  /** Where the file was read before: of which traces to look for more than the id. */
  only?: ReadonlySet<string>;
  /** Where the file was read before, and each is on a line by itself: which traces to look at, by their place in it. */
  isWanted?: (place: number) => boolean;
}>;

/** So many traces come together, since each step of an asynchronous iteration takes its time. */
const TOGETHER = 16;

/**
 * The traces of a file line by line, a few together; never more in memory. A last line that is cut off is
 * left out, and `onEnd` is not called.
 */
export async function* readTraceGroups(
  path: string,
  signal: AbortSignal,
  { onEnd = () => {}, onDeviation = () => {}, isWanted = () => true, ...telling }: Telling = {},
): AsyncGenerator<readonly Trace[]> {
  const { onOutside, places, only } = telling;
  let closing: End | undefined;
  let isHead = true;
  let cut = false;
  const onCut = () => {
    cut = true;
  };
  let next = 0;
  /** Whether the place of the line that is read was counted before it was parsed. */
  let isCounted = false;
  const isOther = (text: string) => {
    isCounted = text.startsWith(TRACE_ID);
    if (!isCounted) return false;
    next += 1;
    return (
      !isWanted(next - 1) || (only !== undefined && !only.has(text.slice(ID_FROM, ID_FROM + 32)))
    );
  };
  let group: Trace[] = [];
  const options = { isSkipped: isOther, parse: parseSavedLine };
  for await (const documents of readDocuments(path, signal, onCut, options)) {
    for (const { value, text, line, at } of documents) {
      if (isHead) {
        isHead = false;
        continue;
      }
      const place = placeOf(path, line);
      if (closing !== undefined) {
        throw new Error(`${place}: the closing line is above; give each file to --from by itself`);
      }
      const isPlain = isPlainTrace(value);
      const ending = isPlain ? null : await parseEnd(value);
      if (ending !== null) {
        closing = ending;
        for (const one of ending.deviations ?? []) onDeviation(one);
        continue;
      }
      if (!isCounted) {
        next += 1;
        if (!isWanted(next - 1)) continue;
      }
      const found = isPlain ? withCheckedTimes(value, place) : await parseTrace(value, place);
      const sum = (text.length % 2 ** 20) * 2 ** 32 + crc32(text);
      const before = places?.add(found.traceId, { at, line, sum }) ?? 'new';
      if (before !== 'new') {
        const kind = before === 'same' ? 'duplicate-trace' : 'conflicting-trace';
        const example = { ...NO_EXAMPLE, file: path, line, traceId: found.traceId };
        onDeviation({ kind, count: 1, example });
      }
      const trace = toTrace(found.traceId, found.projectId, found.spans, {
        add: (one) => onDeviation({ ...one, example: { ...one.example, file: path, line } }),
      });
      if (isOutside(value)) onOutside?.(trace);
      if (group.push(trace) < TOGETHER) continue;
      yield group;
      group = [];
    }
  }
  yield group;
  if (closing !== undefined && !cut) onEnd(closing);
}

/** The same, one by one. */
export async function* readTraceLines(
  ...reading: Parameters<typeof readTraceGroups>
): AsyncGenerator<Trace> {
  for await (const group of readTraceGroups(...reading)) yield* group;
}

/** Some of the traces of a file that was read before. */
export async function* findTraceLines(
  path: string,
  signal: AbortSignal,
  { only, places }: Readonly<{ only: ReadonlySet<string>; places: LinePlaces }>,
): AsyncGenerator<Trace> {
  if (!(await places.canRead(path))) {
    return yield* readTraceLines(path, signal, places.isKnown() ? { only } : {});
  }
  for await (const { text, number } of places.read(path, only, signal)) {
    const value = parseSavedLine(text);
    const place = placeOf(path, number);
    const found = isPlainTrace(value)
      ? withCheckedTimes(value, place)
      : await parseTrace(value, place);
    yield toTrace(found.traceId, found.projectId, found.spans, { add: () => {} });
  }
}

/** What --save adds to a trace outside of the slices of its sample. */
const isOutside = (value: unknown): boolean => (value as { outside?: true }).outside === true;

const TRACE_ID = '{"traceId":"';
const ID_FROM = TRACE_ID.length;

async function parseTrace(value: unknown, place: string): Promise<Trace> {
  const { headOf, traceSchema } = await import('./saved-schema.ts');
  if (headOf(value) !== null) {
    throw new Error(`${place}: another file begins; give each to --from by itself`);
  }
  const parsed = traceSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path
      .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
      .join('')
      .replace(/^\./, '');
    throw new Error(
      `${place}: no saved trace: ${field ? `${field}: ` : ''}${issue?.message ?? ''}`,
    );
  }
  // zod's optional fields are `| undefined`; JSON has no undefined, so they are absent here.
  const found = parsed.data as Trace;
  for (const [index, { traceId }] of found.spans.entries()) {
    if (traceId === found.traceId) continue;
    throw new Error(
      `${place}: spans[${index}].traceId is ${show(traceId)}; allowed: that of its trace`,
    );
  }
  return withCheckedTimes(found, place);
}

/** Files of earlier versions hold spans that end before they start and do not say so. */
function withCheckedTimes(trace: Trace, place: string): Trace {
  const isBackwards = ({ impossible, startMs, endMs }: Span) =>
    impossible === undefined && endMs < startMs;
  if (!trace.spans.some(isBackwards)) return trace;
  const spans = trace.spans.map((one) => {
    if (!isBackwards(one)) return one;
    const { startMs, endMs } = one;
    return { ...one, impossible: `${place}: endMs ${endMs} is before startMs ${startMs}` };
  });
  return { ...trace, spans };
}
