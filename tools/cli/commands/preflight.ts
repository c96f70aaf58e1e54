import { Command } from '@commander-js/extra-typings';
import { jsonFlag } from '../flags.ts';

/** A command apart from `doctor`, because it shares hardly a flag with the one for traces. */
export const PREFLIGHT = 'doctor --preflight';

export const preflightCommand = () =>
  new Command(PREFLIGHT)
    .usage('--project <id> [options]')
    .description(
      `Checks a project for what keeps traces from arriving, and prints the command that fixes each problem.

Checks, in this order: your credentials; the APIs; the repository and the images; the services; the permissions to call services, to write traces and to read the works; the counts of the works. Then it starts one run of the load and waits until its traces are complete. Then GKE, if the cluster exists: that it runs and gives its pods identities; that its nodes may pull the images and its pods may write traces and read the works; and that complete traces of the pods arrived within 15 minutes. A check is skipped if it depends on one that failed.`,
    )
    .option('--project <id>', 'the project')
    .option('--region <region>', 'the region of the deployment', 'us-central1')
    .option('--tag <tag>', 'the tag of the images (default: any)')
    .option('--gke', 'a missing cluster is a finding; by default GKE is then skipped')
    .option('--no-trace', 'start no run, and look for no traces')
    .optionsGroup('Results:')
    .addOption(jsonFlag())
    .option('--report <file>', 'write a report for an issue: versions and every check, no secrets')
    .addHelpText(
      'after',
      `
Examples:
  npx shakesapp doctor --preflight --project my-project
  npx shakesapp doctor --preflight --project my-project --region europe-west1 \\
                       --no-trace

Only the run changes anything. You need roles/viewer and
roles/iam.securityReviewer on the project, and roles/cloudscheduler.admin for
the run. Works that are not public are read as you: that needs
roles/storage.objectViewer on their bucket.

Exit code: 0 all is well; 1 a finding or a failure; 2 bad usage.
`,
    );

export type PreflightFlags = ReturnType<ReturnType<typeof preflightCommand>['opts']>;
