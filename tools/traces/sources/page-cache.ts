import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../../cli/is-alive.ts';
import type { Deviation } from '../deviation.ts';
import type { Trace } from '../model.ts';
import { sha256 } from '../sha256.ts';
import { isMissing, replaceFile } from './replace-file.ts';
import { readTraceLines } from './saved-traces.ts';
import type { SourceDescription } from './source.ts';
import { endLine, headLine, traceLine } from './trace-lines.ts';

/** How long a page token is trusted after its reader was killed. */
const RESUME_WITHIN_MS = 3_600_000;
/** A reader saves after each page: eight slow answers with their pauses and quota are 7 minutes. */
const SILENT_FOR_MS = 600_000;
/** Spans arrive late: a window that had not ended this long before it was read may have grown. */
const SETTLED_AFTER_MS = 600_000;
/** How long a settled window is kept. */
const KEPT_FOR_MS = 86_400_000;

/** What one answer held. */
export type Page = Readonly<{ traces: readonly Trace[]; deviations: readonly Deviation[] }>;

/** Where traces are read. */
export type Place = Readonly<{ projectId: string; rootUrl?: string | undefined; filter: string }>;
/** RFC 3339. */
export type Window = Readonly<{ startTime: string; endTime: string }>;

/** A page that was asked for, and what came. */
const readPage = z.object({
  ask: z.object({
    kind: z.enum(['sequence', 'pilot', 'failed', 'slice']),
    ...{ startMs: z.number(), endMs: z.number(), term: z.string(), pageToken: z.string() },
  }),
  answered: z.object({
    ...{ traces: z.number().int(), lastStartMs: z.number(), nextPageToken: z.string() },
  }),
});

const state = z.object({
  version: z.literal(4),
  /** The place and the times as they were asked for: `30m` means another window each time. */
  request: z.string(),
  /** The moment that those times were counted from. */
  askedAtMs: z.number(),
  startTime: z.string(),
  endTime: z.string(),
  /** When the list began. */
  startedAtMs: z.number(),
  readerPid: z.number().int(),
  /** When it last gave a sign of life. */
  savedAtMs: z.number(),
  /** In the order in which they were read. */
  pages: z.array(readPage),
  traces: z.number().int(),
  complete: z.boolean(),
});
export type ReadState = z.output<typeof state>;

/**
 * Pages of one place and window on disk. A window that was settled when it was read is not read
 * again; a reader that was killed goes on where it stopped; exemplars are found without asking. A
 * page is complete before the state names it.
 */
export function createPageCache(directory: string, place: Place, window: Window) {
  const { startTime, endTime } = window;
  const folder = join(directory, hashOf([...partsOf(place), startTime, endTime]));
  const pageFile = (page: number) => join(folder, `page-${String(page).padStart(5, '0')}.ndjson`);
  return {
    /** undefined where nothing was read yet, or nothing that still holds. */
    async readState(nowMs: number): Promise<ReadState | undefined> {
      const saved = await readStateIn(folder);
      return saved !== undefined && isUsable(saved, nowMs) ? saved : undefined;
    },
    async savePage(
      { traces, deviations }: Page,
      source: SourceDescription,
      next: ReadState,
    ): Promise<void> {
      await mkdir(folder, { recursive: true });
      const end = endLine({ traces: traces.length, truncated: null, deviations });
      const lines = [headLine(source), ...traces.map(traceLine), end];
      await replaceFile(pageFile(next.pages.length), lines.join(''));
      await replaceFile(join(folder, STATE), JSON.stringify(next));
    },
    /** `page`: from 1. */
    readPage: (
      page: number,
      signal: AbortSignal,
      onDeviation: (deviation: Deviation) => void = () => {},
    ): AsyncIterable<Trace> => readTraceLines(pageFile(page), signal, { onDeviation }),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

export type PageCache = ReturnType<typeof createPageCache>;

/** What `findInterrupted` looks for: the same place, the same times in the same words. */
export const requestKey = (place: Place, times: string) => hashOf([...partsOf(place), times]);

/** The newest read of this request that was killed, if it can go on. */
export async function findInterrupted(
  directory: string,
  request: string,
  nowMs: number,
): Promise<ReadState | undefined> {
  const found: ReadState[] = [];
  for (const folder of await foldersIn(directory)) {
    const saved = await readStateIn(folder);
    if (saved === undefined || saved.complete || saved.request !== request) continue;
    if (isUsable(saved, nowMs) && !isBeingRead(saved, nowMs)) found.push(saved);
  }
  return found.sort((one, other) => other.askedAtMs - one.askedAtMs)[0];
}

/** Removes what no reader can use any more. */
export async function prune(directory: string, nowMs: number): Promise<void> {
  for (const file of await entriesOf(directory, /^spent-/)) {
    if (nowMs - (await changedAtMs(file)) > RESUME_WITHIN_MS) await rm(file, { force: true });
  }
  for (const folder of await foldersIn(directory)) {
    const saved = await readStateIn(folder);
    // Without a state it may be another reader's that has just begun.
    const gone =
      saved === undefined
        ? nowMs - (await changedAtMs(folder)) > RESUME_WITHIN_MS
        : !isUsable(saved, nowMs) && !isBeingRead(saved, nowMs);
    if (gone) await rm(folder, { recursive: true, force: true });
  }
}

/** Another reader may remove it at the same time. */
async function changedAtMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Half-read: while its page token lives. Read to the end: where nothing can have come since. */
function isUsable(saved: ReadState, nowMs: number): boolean {
  const ageMs = nowMs - saved.startedAtMs;
  if (!saved.complete) return ageMs < RESUME_WITHIN_MS;
  const settled = saved.startedAtMs - Date.parse(saved.endTime) > SETTLED_AFTER_MS;
  return settled && ageMs < KEPT_FOR_MS;
}

/** By another process, that would be disturbed; its number alone may be another program's by now. */
function isBeingRead({ readerPid, savedAtMs }: ReadState, nowMs: number): boolean {
  if (readerPid === process.pid || nowMs - savedAtMs > SILENT_FOR_MS) return false;
  return isAlive(readerPid);
}

const STATE = 'state.json';

async function readStateIn(folder: string): Promise<ReadState | undefined> {
  try {
    return state.safeParse(JSON.parse(await readFile(join(folder, STATE), 'utf8'))).data;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const foldersIn = (directory: string) => entriesOf(directory, /^[0-9a-f]{16}$/);

async function entriesOf(directory: string, wanted: RegExp): Promise<readonly string[]> {
  try {
    const names = (await readdir(directory)).filter((name) => wanted.test(name));
    return names.map((name) => join(directory, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const partsOf = ({ projectId, rootUrl, filter }: Place) => [projectId, rootUrl ?? null, filter];

const hashOf = (parts: readonly unknown[]) => sha256(JSON.stringify(parts)).slice(0, 16);
