import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { UsageError } from '../../../tools/cli/command-line.ts';
import { refuseFlagsTakenByNpm } from '../../../tools/cli/npm-flags.ts';

import { ROOT } from '../../rules/sources.ts';

const FLAGS = ['once', 'requests', 'front-end-spans', 'no-rewrite', 'json', 'save'];
const refuse = (env: NodeJS.ProcessEnv) => refuseFlagsTakenByNpm(env, FLAGS, 'npm start');

test('names every flag that npm took, and where flags go', () => {
  assert.throws(
    () => refuse({ npm_config_once: 'true', npm_config_requests: '60' }),
    new UsageError(
      'npm took --once, --requests for itself; flags come after a -- of their own: ' +
        'npm start -- --once --requests …',
    ),
  );
});

test('knows a flag of two words and one that npm turned round', () => {
  const env = { npm_config_front_end_spans: 'true', npm_config_rewrite: '' };
  assert.throws(() => refuse(env), /npm took --front-end-spans, --no-rewrite for itself/);
});

for (const [tool, command] of [
  ['compare', 'npm run compare'],
  ['doctor', 'npm run doctor'],
  ['load', 'npm run load'],
] as const) {
  test(`${tool} does nothing with a project that npm took`, () => {
    const { status, stderr } = spawnSync(process.execPath, [`tools/${tool}/main.ts`, 'pause'], {
      cwd: ROOT,
      env: { ...process.env, npm_config_project: 'true' },
      encoding: 'utf8',
    });
    assert.match(stderr, new RegExp(`npm took --project for itself.*: ${command} -- --project …`));
    assert.equal(status, 2);
  });
}

test('queries counts nothing where npm took the folder', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/queries/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, npm_config_dir: 'true' },
    encoding: 'utf8',
  });
  assert.match(stderr, /npm took --dir for itself.*: npm run -s queries -- --dir …/);
  assert.equal(status, 2);
});

test("leaves npm's own settings alone", () => {
  refuse({ npm_config_json: 'true', npm_config_save: '', npm_config_loglevel: 'verbose' });
});
