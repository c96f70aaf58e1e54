import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { createCommandLine } from '../../tools/cli/read-command-line.ts';
import { ROOT } from './sources.ts';

const FOLDER = join(ROOT, '.github');
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const textOf = (name: string) => files.find((file) => file.name === name)?.text ?? '';

it('the workflow runs what every other CI runs', () => {
  assert.match(textOf('workflows/ci.yaml'), /bash \.ci\/run$/m);
});

it('what is published later can fail a scheduled workflow only, never the build', () => {
  const scheduled = textOf('workflows/supply-chain.yaml');
  const [, triggers = ''] = /^on:\n((?: .*\n)+)/m.exec(scheduled) ?? [];
  assert.deepEqual(triggers.match(/^ {2}\w+/gm), ['  schedule', '  workflow_dispatch']);
  for (const command of ['npm audit', 'npm sbom', 'npm run --silent licences -- --check']) {
    assert.ok(scheduled.includes(`- run: ${command}`), command);
  }
  const build = textOf('workflows/ci.yaml') + readFileSync(join(ROOT, '.ci/run'), 'utf8');
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
  for (const text of [build, manifest]) assert.doesNotMatch(text, /npm (audit|outdated|update)/);
});

it('a scheduled workflow breaks the system in all ways, with other inputs each time', () => {
  const command = 'npm run --silent test:faults -- --full --seed "$GITHUB_RUN_NUMBER"';
  assert.ok(textOf('workflows/faults.yaml').includes(`- run: ${command}\n`));
});

it('every workflow can only read, uses actions of a stated version, and ends', () => {
  const workflows = files.filter(({ name }) => name.startsWith('workflows/'));
  assert.ok(workflows.length >= 2);
  for (const { name, text } of workflows) {
    assert.match(text, /^permissions:\n {2}contents: read\n\n/m, name);
    assert.match(text, /timeout-minutes: \d+/, name);
    const uses = [...text.matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    assert.ok(uses.length > 0);
    for (const action of uses) assert.match(action, /@v\d+$/, name);
  }
});

it('every command in an issue form is one that the command line takes', () => {
  const commands = files.flatMap(({ text }) => text.match(/npx shakesapp [^`\n]*/g) ?? []);
  assert.ok(commands.length > 0);
  for (const command of commands) {
    const words = command.trim().split(' ').slice(2);
    assert.doesNotThrow(() => createCommandLine('0').read(words, {}), command);
  }
});

it('updates are looked for in every folder that holds a terraform root', () => {
  const listed = [...textOf('dependabot.yml').matchAll(/^ {6}- (\/terraform\S*)$/gm)];
  assert.equal(listed.length, 3);
  for (const [, folder = ''] of listed) {
    assert.ok(existsSync(join(ROOT, folder, 'versions.tf')), folder);
  }
});
