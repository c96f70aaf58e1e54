import { UsageError } from './command-line.ts';

/** Where a tool reads traces from, as its flags say. */
export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | { kind: 'files'; paths: readonly string[] }
>;

/** The flags of every tool that reads traces. */
export const READ_FLAGS = {
  project: { type: 'string' },
  local: { type: 'boolean' },
  from: { type: 'string', multiple: true },
  since: { type: 'string' },
  until: { type: 'string' },
  filter: { type: 'string' },
  'max-traces': { type: 'string' },
  restart: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What a reading that the user stops is to be called. */
export const INTERRUPTED: Readonly<Record<Origin['kind'], string>> = {
  project: 'interrupted; the same command goes on where it stopped',
  local: 'interrupted; the same command goes on where it stopped',
  files: 'interrupted',
};

/** Throws UsageError unless there is exactly one. */
export function originOf(
  values: { project?: string; local?: boolean; from?: readonly string[] },
  positionals: readonly string[],
): Origin {
  const { project, local, from } = values;
  const given = [project, local, from].filter((value) => value !== undefined).length;
  if (given !== 1) {
    throw new UsageError('name one place to read from: --project P, --local or --from FILE...');
  }
  if (from !== undefined) return { kind: 'files', paths: [...from, ...positionals] };
  if (positionals.length > 0) {
    throw new UsageError(`unknown argument ${JSON.stringify(positionals[0])}; see --help`);
  }
  return project === undefined ? { kind: 'local' } : { kind: 'project', projectId: project };
}
