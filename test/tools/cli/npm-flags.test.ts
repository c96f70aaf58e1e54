import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { npmHint } from '../../../tools/cli/explain-usage.ts';
import { createCommandLine } from '../../../tools/cli/read-command-line.ts';

const read = (argv: readonly string[], env: NodeJS.ProcessEnv) =>
  createCommandLine('0').read(argv, env);

test('names every flag that npm took, and what to type', () => {
  assert.throws(
    () => read(['up', '60'], { npm_config_once: 'true', npm_config_requests: 'true' }),
    {
      name: 'UsageError',
      message:
        'npm took --once, --requests for itself; put a -- before the flags: ' +
        'npm start -- --once --requests …',
    },
  );
});

test('knows a flag of two words and one that npm turned round', () => {
  const env = { npm_config_front_end_spans: 'true', npm_config_rewrite: '' };
  assert.throws(() => read(['up'], env), /npm took --front-end-spans, --no-rewrite for itself/);
});

for (const [name, argv, env, message] of [
  ['--json', ['doctor', '--local'], { npm_config_json: 'true' }, /npm run doctor -- --json …$/],
  ['--verbose', ['up'], { npm_config_loglevel: 'verbose' }, /npm start -- --verbose …$/],
  ['--tag', ['doctor', '--preflight'], { npm_config_tag: 'v1' }, /npm took --tag /],
  ['--access', ['queries'], { npm_config_access: 'iam' }, /npm took --access /],
  [
    'a flag of a verb',
    ['load', 'pause'],
    { npm_config_local: 'true' },
    /npm run load -- pause --local …$/,
  ],
] as const) {
  test(`${name} gets the hint, whether npm knows it too or not`, () => {
    assert.throws(() => read(argv, env), { name: 'UsageError', message });
  });
}

test('a flag that only another command has is refused', () => {
  assert.throws(() => read(['up'], { npm_config_tag: '' }), {
    name: 'UsageError',
    message: 'npm took --tag for itself, and npm start has no such flag',
  });
  assert.throws(
    () => read(['load', 'pause'], { npm_config_once: 'true' }),
    /npm took --once for itself, and npm run load has no such flag/,
  );
});

test('a setting that is a flag of no command is none that was typed', () => {
  const env = { npm_config_build_from_source: 'true', npm_config_port: 'true' };
  assert.equal(read(['up'], env).command, 'up');
});

test('where npm took a flag without a trace, the refusal of what is left says so', () => {
  const env = { npm_command: 'run', npm_lifecycle_event: 'compare' };
  assert.match(
    npmHint(['out.ndjson'], env),
    /^; if npm took a flag .* npm run compare -- --flag …$/,
  );
  assert.equal(npmHint(['--local'], env), '');
  assert.equal(npmHint([], { ...env, npm_command: 'exec' }), '');
});

test('a setting in a file of npm is none that was typed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'npmrc-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const userconfig = join(folder, '.npmrc');
  await writeFile(userconfig, 'json=true\nloglevel = verbose\n');
  const env = {
    npm_config_userconfig: userconfig,
    npm_config_json: 'true',
    npm_config_loglevel: 'verbose',
  };
  assert.equal(read(['up'], env).command, 'up');
});

test('npx passes every flag on, and so nothing is taken', () => {
  const env = { npm_command: 'exec', npm_config_json: 'true' };
  assert.equal(read(['up'], env).command, 'up');
});
