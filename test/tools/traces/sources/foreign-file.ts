import { fileURLToPath } from 'node:url';
import type { Trace } from '../../../../tools/traces/model.ts';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { FORMATS } from '../../../../tools/traces/sources/formats.ts';
import { toArray } from './to-array.ts';

/** Anything within a document, to be changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: a defect may put any value anywhere
export type Loose = any;

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/traces/${name}`, import.meta.url));

/** What a file holds, as every tool reads it. */
export async function readFixture(name: string) {
  const source = await openFiles([fixture(name)]);
  const traces = await toArray(source.read(AbortSignal.timeout(60_000)));
  return {
    traces,
    format: source.describe().format,
    deviations: source.deviations().map(({ kind, count }) => `${count} ${kind}`),
    truncated: source.truncated(),
  };
}

/** One document of a file, with each deviation and its value. */
export function readDocument(document: object) {
  const told: string[] = [];
  const format = FORMATS.find((one) => one.recognise(document));
  const spans = format?.read(document, (kind, { value }) => told.push(`${kind}: ${value}`)) ?? [];
  return { name: format?.name, spans, told };
}

/** The spans of all traces, by their ids. */
export const spansOf = (traces: readonly Trace[]) =>
  traces.flatMap(({ spans }) => spans).sort((one, other) => (one.spanId < other.spanId ? -1 : 1));
