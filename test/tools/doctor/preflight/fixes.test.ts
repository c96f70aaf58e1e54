import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from '../../../../tools/cli/google-refusals.ts';
import { explainJobError } from '../../../../tools/google/job-errors.ts';
import { reasonToSkipGcloud } from '../../../cloudbuild/gcloud.ts';
import { lintGcloud } from '../../../docs/gcloud-lint.ts';
import { DEFECTS } from './defects.ts';
import { FULL_DEFECTS } from './defects-full.ts';

const JOB = { projectId: 'p', region: 'us-central1', jobName: 'projects/p/locations/r/jobs/j' };

const FIXES = [
  ...[...DEFECTS, ...FULL_DEFECTS].map(({ fix }) => fix),
  ...[5, 7, 16].map(
    (code) => explainJobError(Object.assign(new Error('no'), { code }), JOB).message,
  ),
  ...['requires a quota project', 'USER_PROJECT_DENIED', 'run.googleapis.com is disabled'].map(
    (said) => refusalOf(said, 'p')?.fix ?? '',
  ),
];

/** A fix may have a comment after it, several commands, or text around the command. */
const COMMANDS = FIXES.flatMap((fix) =>
  fix
    .split(/\n|&&| {3}# /)
    .map(
      (part) => /\bgcloud (?!config get).*/.exec(part.replace(/"user:\$\(.*?\)"/, 'user:me'))?.[0],
    )
    .filter((part) => part !== undefined),
);

test('every gcloud command that fixes something is one that the real gcloud takes', {
  skip: reasonToSkipGcloud(),
}, async () => {
  assert.ok(COMMANDS.length > 25, `${COMMANDS.length} commands`);
  assert.deepEqual(await lintGcloud([...new Set(COMMANDS)]), []);
});
