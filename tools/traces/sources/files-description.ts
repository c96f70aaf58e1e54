import type { Head } from './saved-ends.ts';
import type { SourceDescription } from './source.ts';

/** `head`: of a file of saved traces; null of any other format. */
export type File = Readonly<{ path: string; head: Head | null }>;

/** Files that were all saved from Cloud Trace are Cloud Trace: a person still opens their traces there. */
export function describeFiles(
  files: readonly File[],
  formats: readonly string[],
): Omit<SourceDescription, 'local'> {
  const [first] = files;
  const name = files
    .map(({ path, head }) => (head === null ? path : `${path} (saved from ${head.source.name})`))
    .join(', ');
  if (files.length === 1 && first?.head) return { ...first.head.source, name };
  const window = { since: null, until: null };
  if (files.every(({ head }) => head?.source.kind === 'cloud-trace')) {
    return { kind: 'cloud-trace', name, ...window };
  }
  if (files.some(({ head }) => head !== null)) return { kind: 'saved-file', name, ...window };
  return {
    kind: 'file',
    ...(formats.length > 0 && { format: formats.join(', ') }),
    name,
    ...window,
  };
}
