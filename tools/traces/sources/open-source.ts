import { openFiles } from './files.ts';
import type { Opened, Opening, ReadOptions } from './open-cloud-trace.ts';

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
    const source = origin.paths.includes('-')
      ? await (await import('./stdin-file.ts')).openWithStdin(origin.paths, run.signal)
      : await openFiles(origin.paths);
    return { options: asked, source };
  }
  // Google's clients take longer to load than a small file to read.
  if (origin.kind === 'bigquery') {
    return (await import('./bigquery/open-big-query.ts')).openBigQuery(asked, origin, run);
  }
  return (await import('./open-cloud-trace.ts')).openCloudTrace(asked, run);
}

/** What would be asked, where the options want that told in place of a read; null: they do not. */
export async function explainSource(asked: ReadOptions): Promise<string | null> {
  const { origin } = asked;
  if (origin.kind !== 'bigquery' || !origin.explain) return null;
  const { explainBigQuery } = await import('./bigquery/open-big-query.ts');
  return explainBigQuery(asked, origin);
}
