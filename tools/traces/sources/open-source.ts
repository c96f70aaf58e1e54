import type { Explained } from './bigquery/open-big-query.ts';
import { openFiles } from './files.ts';
import type { Opened, Opening, ReadOptions } from './open-cloud-trace.ts';
import type { TraceSource } from './source.ts';
import { joinSides } from './two-sides.ts';

/**
 * Opens what the options name. The options that come back hold the window that is read: where a read
 * of Cloud Trace goes on, that is the window of its beginning.
 */
export async function openSource<O extends ReadOptions & { at(nowMs: number): O }>(
  asked: O,
  run: Opening,
): Promise<Opened<O>> {
  const { origin } = asked;
  if (origin.kind === 'files') {
    const { paths, sides } = origin;
    const open = (some: readonly string[]) => openPaths(some, run.signal);
    const source =
      sides === undefined
        ? await open(paths)
        : joinSides({ a: await open(sides.a), b: await open(sides.b) });
    const { fileBudget = null, seed } = asked;
    if (fileBudget === null) return { options: asked, source };
    const { sampleFiles } = await import('./sampling/sampled-source.ts');
    return { options: asked, source: sampleFiles(source, { budget: fileBudget, seed }) };
  }
  // Google's clients take longer to load than a small file to read.
  if (origin.kind === 'bigquery') {
    return (await import('./bigquery/open-big-query.ts')).openBigQuery(asked, origin, run);
  }
  return (await import('./open-cloud-trace.ts')).openCloudTrace(asked, run);
}

const openPaths = async (paths: readonly string[], signal: AbortSignal): Promise<TraceSource> =>
  paths.includes('-')
    ? (await import('./stdin-file.ts')).openWithStdin(paths, signal)
    : openFiles(paths);

/** What would be asked, where the options want that told in place of a read; null: they do not. */
export async function explainSource(asked: ReadOptions): Promise<Explained | null> {
  const { origin } = asked;
  if (origin.kind !== 'bigquery' || !origin.explain) return null;
  const { explainBigQuery } = await import('./bigquery/open-big-query.ts');
  return explainBigQuery(asked, origin);
}
