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
      ? await (await import('./stdin-file.ts')).openWithStdin(origin.paths)
      : await openFiles(origin.paths);
    return { options: asked, source };
  }
  // Google's client takes longer to load than a small file to read.
  return (await import('./open-cloud-trace.ts')).openCloudTrace(asked, run);
}
