import { tryJson } from './json-documents.ts';
import type { Labels } from './labels.ts';
import { Misses } from './misses.ts';

const TRACE = '{"traceId":"';
const MEMBER = '"attributes":';

/** Most labels that come once never come again: past this bound it forgets all. */
const MOST = 4_096;
const byText = new Map<string, number>();
let known: Labels[] = [];

/**
 * Parses a line of saved traces. Labels are most of a line, and few differ: those that were seen
 * before are left out of what JSON.parse gets, and put back as one object, which nobody may write to.
 *
 *     {"traceId":…,"spans":[{"spanId":…,"attributes":{"service.name":"client",…}},…]}
 *     {"traceId":…,"spans":[{"spanId":…,"attributes":7},…]}
 *
 * Within a string the member's quotes would be escaped, so it is found nowhere else.
 */
export function parseSavedLine(text: string): unknown {
  // An escaped name of the member would not be seen.
  if (!text.startsWith(TRACE) || text.includes('\\u')) return tryJson(text);
  if (known.length > MOST) {
    byText.clear();
    known = [];
  }
  const numbers: number[] = [];
  let span = 0;
  let short = '';
  let from = 0;
  for (let at = nextLabels(text, 0); at >= 0; at = nextLabels(text, at)) {
    // Not as it is written: a number might be taken for one of these.
    if (text[at] !== '{') return tryJson(text);
    const end = text.indexOf('}', at) + 1;
    const place = span;
    span += 1;
    if (misses.isHopeless(place)) {
      at = Math.max(at, end);
      continue;
    }
    const before = known.length;
    const number = numberOf(text.slice(at, end));
    misses.see(place, number === before);
    if (number < 0) continue;
    short += text.slice(from, at) + number;
    numbers.push(number);
    from = end;
    at = end;
  }
  const value = tryJson(short + text.slice(from));
  return putBack(value, numbers) ? value : tryJson(text);
}

/** What most spans have behind their labels, and the beginning of the next span. */
const REST =
  /,"events":\[\](?:,"links":\[\])?(?:,"status":\{"error":(?:true|false)\})?\},\{"traceId":"/y;

/** Behind the next name of the member; -1: there is none. */
function nextLabels(text: string, from: number): number {
  REST.lastIndex = from;
  if (REST.test(text)) {
    // There are fewer brackets than quotes, so they are found sooner.
    const at = text.indexOf('{', REST.lastIndex);
    if (text.startsWith(MEMBER, at - MEMBER.length)) return at;
  }
  const at = text.indexOf(MEMBER, from);
  return at < 0 ? at : at + MEMBER.length;
}

/** By the place of labels in their line. Those that come once are faster parsed with it. */
const misses = new Misses();

/** -1: what ends with the first bracket is not all of the labels. */
function numberOf(text: string): number {
  const number = byText.get(text);
  if (number !== undefined) return number;
  const labels = tryJson(text);
  if (labels === undefined) return -1;
  // A copy: a slice would keep its line in memory.
  byText.set(JSON.parse(JSON.stringify(text)), known.length);
  return known.push(labels as Labels) - 1;
}

type Owner = { attributes?: unknown; events?: unknown };

/** Whether all of them stood where labels stand, and in this order. */
const putBack = (value: unknown, numbers: readonly number[]): boolean =>
  putInto((value as { spans?: unknown } | undefined)?.spans, numbers, 0) === numbers.length;

/** How many were put back, `next` of them before; -1: one stood elsewhere. */
function putInto(owners: unknown, numbers: readonly number[], next: number): number {
  if (!Array.isArray(owners)) return next;
  let put = next;
  for (const owner of owners as (Owner | null)[]) {
    const { attributes, events } = owner ?? {};
    if (typeof attributes === 'number') {
      if (attributes !== numbers[put]) return -1;
      put += 1;
      (owner as Owner).attributes = known[attributes];
    }
    if (events === undefined) continue;
    put = putInto(events, numbers, put);
    if (put < 0) return -1;
  }
  return put;
}
