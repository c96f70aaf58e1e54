import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../tools/command-line.ts';
import { refuseFlagsTakenByNpm } from '../../tools/npm-flags.ts';

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

test("leaves npm's own settings alone", () => {
  refuse({ npm_config_json: 'true', npm_config_save: '', npm_config_loglevel: 'verbose' });
});
