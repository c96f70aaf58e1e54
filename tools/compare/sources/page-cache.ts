import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceDescription } from '../comparison.ts';
import type { Trace } from '../model.ts';
import { headLine, readTraceLines, traceLine } from './trace-lines.ts';

const DAY_MS = 86_400_000;

const state = z.object({
  version: z.literal(1),
  /** The window as it was fixed when reading began: `30m` means another one each time. */
  startTime: z.string(),
  endTime: z.string(),
  startedAtMs: z.number(),
  pages: z.number().int(),
  traces: z.number().int(),
  nextPageToken: z.string().optional(),
  complete: z.boolean(),
  spent: z.array(z.object({ units: z.number(), returnsAtMs: z.number() })),
});
export type ReadState = z.output<typeof state>;

/**
 * Pages of one query on disk: a reader that was killed goes on where it stopped, and the exemplars
 * are found again without asking. A page is complete before the state names it.
 */
export function createPageCache(directory: string, query: readonly unknown[]) {
  const key = createHash('sha256').update(JSON.stringify(query)).digest('hex').slice(0, 16);
  const folder = join(directory, key);
  const stateFile = join(folder, 'state.json');
  const pageFile = (page: number) => join(folder, `page-${String(page).padStart(5, '0')}.ndjson`);
  const write = async (file: string, content: string) => {
    await writeFile(`${file}.part`, content);
    await rename(`${file}.part`, file);
  };
  return {
    /** undefined where nothing was read yet, or by another version. */
    async readState(): Promise<ReadState | undefined> {
      try {
        return state.safeParse(JSON.parse(await readFile(stateFile, 'utf8'))).data;
      } catch (error) {
        if (isMissing(error) || error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    async savePage(
      traces: readonly Trace[],
      source: SourceDescription,
      next: ReadState,
    ): Promise<void> {
      await mkdir(folder, { recursive: true });
      await write(pageFile(next.pages), headLine(source) + traces.map(traceLine).join(''));
      await write(stateFile, JSON.stringify(next));
    },
    async *readPages(pages: number, signal: AbortSignal): AsyncGenerator<Trace> {
      for (let page = 1; page <= pages; page += 1) yield* readTraceLines(pageFile(page), signal);
    },
    clear: () => rm(folder, { recursive: true, force: true }),
    /** Removes what other queries left more than a day ago. */
    async prune(nowMs: number): Promise<void> {
      for (const name of await namesIn(directory)) {
        const other = join(directory, name);
        const { mtimeMs } = await stat(other);
        if (name !== key && nowMs - mtimeMs > DAY_MS) {
          await rm(other, { recursive: true, force: true });
        }
      }
    },
  };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => /^[0-9a-f]{16}$/.test(name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
