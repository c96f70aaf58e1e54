import { UsageError } from './command-line.ts';

/** Where a command reads traces from, as its flags say. */
export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | { kind: 'files'; paths: readonly string[] }
>;

/** The flags that name it to another command. */
export function flagsOfOrigin(origin: Origin): string {
  if (origin.kind === 'local') return '--local';
  if (origin.kind === 'project') return `--project ${origin.projectId}`;
  return `--from ${origin.paths.map((path) => (/\s/.test(path) ? `'${path}'` : path)).join(' ')}`;
}

/** The words for a reading that the user stops. */
export const INTERRUPTED: Readonly<Record<Origin['kind'], string>> = {
  project: 'interrupted; the same command resumes where it stopped',
  local: 'interrupted; the same command resumes where it stopped',
  files: 'interrupted',
};

/** Throws UsageError unless there is exactly one. */
export function originOf({
  project,
  local,
  from,
}: {
  project?: string;
  local?: boolean;
  from?: readonly string[];
}): Origin {
  const given = [
    ...(project === undefined ? [] : ['--project']),
    ...(local === undefined ? [] : ['--local']),
    ...(from === undefined ? [] : ['--from']),
  ];
  if (given.length !== 1) {
    const several = given.length > 1 ? `${given.join(' and ')} exclude each other; ` : '';
    throw new UsageError(
      `${several}name one place to read from: --project P, --local or --from FILE...`,
    );
  }
  if (from !== undefined) return { kind: 'files', paths: from };
  return project === undefined ? { kind: 'local' } : { kind: 'project', projectId: project };
}
