import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions } from '../../../tools/load/options.ts';
import { flagsOf } from '../cli/flags-of.ts';

const parse = (...argv: readonly string[]) => parseOptions(flagsOf('load', ...argv));
const NONE = { wait: false, changes: {}, local: false, target: {}, json: undefined };

describe('parseOptions', () => {
  for (const verb of ['status', 'run', 'pause', 'resume']) {
    it(`takes ${verb} alone`, () => {
      assert.deepEqual(parse(verb), { ...NONE, verb });
    });
  }

  it('takes what to set, and which job', () => {
    const argv = ['set', '--requests', '20', '--interval', '0', '--schedule', '*/5 * * * *'];
    const target = ['--project', 'p', '--region', 'r', '--job', 'j'];
    assert.deepEqual(parse(...argv, ...target, '--json'), {
      ...NONE,
      verb: 'set',
      changes: { requests: 20, intervalMs: 0, schedule: '*/5 * * * *' },
      target: { project: 'p', region: 'r', job: 'j' },
      json: true,
    });
  });

  const wrong: { name: string; argv: string[]; message: RegExp }[] = [
    {
      name: 'no verb',
      argv: [],
      message: /^missing verb; expected one of status, run, pause, resume, set$/,
    },
    {
      name: 'an unknown verb',
      argv: ['stop'],
      message: /^unknown verb "stop"; expected one of status, run/,
    },
    { name: 'two verbs', argv: ['pause', 'run'], message: /^unknown argument "run"/ },
    { name: 'set without anything', argv: ['set'], message: /--requests N, --interval MS or/ },
    { name: 'no requests', argv: ['set', '--requests', '0'], message: /from 1 to 1000/ },
    { name: 'a long interval', argv: ['set', '--interval', '600001'], message: /0 to 600000/ },
    { name: 'six fields', argv: ['set', '--schedule', '* * * * * *'], message: /five fields/ },
    {
      name: '--requests with run',
      argv: ['run', '--requests', '5'],
      message: /^--requests is valid only with set$/,
    },
    {
      name: '--wait with pause',
      argv: ['pause', '--wait'],
      message: /^--wait is valid only with run$/,
    },
    {
      name: '--local with a project',
      argv: ['run', '--local', '--project', 'p'],
      message: /has its own project/,
    },
    { name: 'an unknown flag', argv: ['run', '--now'], message: /--now/ },
  ];
  for (const { name, argv, message } of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parse(...argv), { name: 'UsageError', message });
    });
  }
});
