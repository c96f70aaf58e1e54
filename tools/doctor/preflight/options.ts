import { parseCommandLine, UsageError } from '../../cli/command-line.ts';

export const HELP = `Looks at a project and says what keeps traces from arriving, with the command that cures each.

  npm run doctor -- --preflight --project my-project
  npm run doctor -- --preflight --project my-project --region europe-west1 --no-trace

Asks, in this order: your credentials; the APIs; the repository and the images; the services; who
may call whom; who may write traces; who may read the works, and their counts; and starts one run of
the load and waits until its traces are there and whole. Then GKE, where the overlay's cluster is
there: that it runs and gives its pods identities; that its nodes may pull the images and its pods
write traces and read the works; and that whole traces of theirs arrived within 15 minutes. What
depends on something that failed is not asked.

  --project P   the project
  --region R    region of the deployment (default us-central1)
  --tag T       tag of the images to look for (default: any)
  --gke         a missing cluster is a finding, not skipped
  --no-trace    start no run, and look for no traces
  --json        print the results as JSON
  --help        this text

Reads only, but for the run. You need roles/viewer and roles/iam.securityReviewer on the project,
and for the run roles/cloudscheduler.admin. Works that are not public are read as you: that needs
roles/storage.objectViewer on their bucket.

Exit code: 0 all is well; 1 a finding or a failure; 2 bad usage.
`;

export type PreflightOptions = Readonly<{
  projectId: string;
  region: string;
  tag: string | undefined;
  gke: boolean;
  trace: boolean;
  json: boolean;
}>;

const STRING = { type: 'string' } as const;
const SWITCH = { type: 'boolean', default: false } as const;

const FLAGS = {
  preflight: SWITCH,
  project: STRING,
  region: { ...STRING, default: 'us-central1' },
  tag: STRING,
  gke: SWITCH,
  'no-trace': SWITCH,
  json: SWITCH,
  help: { ...SWITCH, short: 'h' },
} as const;

/** The names of all flags. */
export const PREFLIGHT_FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** 'help' where it was asked for. Throws UsageError. */
export function parsePreflightOptions(argv: readonly string[]): PreflightOptions | 'help' {
  const { values } = parseCommandLine(argv, FLAGS);
  if (values.help) return 'help';
  if (values.project === undefined) throw new UsageError('which project? Give --project P');
  return {
    projectId: matching('project', values.project, /^[a-z0-9.:-]{4,63}$/, 'the id of a project'),
    region: matching(
      'region',
      values.region,
      /^[a-z]+-[a-z]+\d+$/,
      'a region, such as us-central1',
    ),
    tag:
      values.tag === undefined
        ? undefined
        : matching('tag', values.tag, /^[\w][\w.-]{0,127}$/, 'the tag of an image'),
    gke: values.gke,
    trace: !values['no-trace'],
    json: values.json,
  };
}

/** Every value ends up in a command to copy, so none may hold anything that a shell would read. */
function matching(flag: string, value: string, pattern: RegExp, allowed: string): string {
  if (pattern.test(value)) return value;
  throw new UsageError(`--${flag} is ${JSON.stringify(value)}; allowed: ${allowed}`);
}
