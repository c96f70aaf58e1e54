import { UsageError } from './command-line.ts';

/** Where a command reads traces from, as its flags say. */
export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | { kind: 'files'; paths: readonly string[] }
>;

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
