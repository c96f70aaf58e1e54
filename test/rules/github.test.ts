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
