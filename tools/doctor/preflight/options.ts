import { checkOutput, UsageError } from '../../cli/command-line.ts';
import type { PreflightFlags } from '../../cli/commands/preflight.ts';

export type PreflightOptions = Readonly<{
  projectId: string;
  region: string;
  tag: string | undefined;
  gke: boolean;
  trace: boolean;
  json?: string | true | undefined;
  /** Where to write the report for an issue. */
  report?: string | undefined;
}>;

/** Throws UsageError. */
export function parseOptions(flags: PreflightFlags): PreflightOptions {
  const { project, region, tag, json, report } = flags;
  if (project === undefined) throw new UsageError('which project? Give --project P');
  checkOutput('json', json);
  checkOutput('report', report);
  return {
    projectId: matching('project', project, /^[a-z0-9.:-]{4,63}$/, 'the id of a project'),
    region: matching('region', region, /^[a-z]+-[a-z]+\d+$/, 'a region, such as us-central1'),
    tag:
      tag === undefined
        ? undefined
        : matching('tag', tag, /^[\w][\w.-]{0,127}$/, 'the tag of an image'),
    gke: flags.gke === true,
    trace: flags.trace,
    json,
    report,
  };
}

/** Every value ends up in a command to copy, so none may hold anything that a shell would read. */
function matching(flag: string, value: string, pattern: RegExp, allowed: string): string {
  if (pattern.test(value)) return value;
  throw new UsageError(`--${flag} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}
