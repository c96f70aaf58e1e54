import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../tools/cli/command-line.ts';
import { parseOptions } from '../../../tools/local/options.ts';
import { renderReplaced, replacedOn } from '../../../tools/local/replaced-option.ts';
import { flagsOf } from '../cli/flags-of.ts';

const parse = (...argv: readonly string[]) => parseOptions(flagsOf('up', ...argv)).replaced;

describe('--replace', () => {
  it('replaces a program on every platform that runs', () => {
    const by = { command: 'go run . --fast' };
    assert.deepEqual(parse('--replace', 'server=go run . --fast'), [
      { platform: 'cloud_run', program: 'server', by },
      { platform: 'gke', program: 'server', by },
    ]);
    assert.equal(parse('--platforms', 'gke', '--replace', 'server=x').length, 1);
    assert.deepEqual(parse(), []);
  });

  it('replaces a program on one platform, and another on the other', () => {
    const replaced = parse('--replace', 'gke/server=./a', '--replace', 'cloud_run/client=[::1]:80');
    assert.deepEqual(replacedOn(replaced, 'gke'), { server: { command: './a' } });
    assert.deepEqual(replacedOn(replaced, 'cloud_run'), { client: { host: '::1', port: 80 } });
    assert.deepEqual(replaced.map(renderReplaced), [
      'replaced: server on gke by ./a',
      'replaced: client on cloud_run by [::1]:80',
    ]);
  });

  it('takes HOST:PORT for an address, and everything else for a command', () => {
    const by = (value: string) => parse('--replace', `gke/server=${value}`)[0]?.by;
    assert.deepEqual(by('localhost:5050'), { host: 'localhost', port: 5050 });
    assert.deepEqual(by('10.0.0.7:1'), { host: '10.0.0.7', port: 1 });
    assert.deepEqual(by('./serve --at localhost:5050'), {
      command: './serve --at localhost:5050',
    });
    assert.deepEqual(by('NAME=1 ./serve'), { command: 'NAME=1 ./serve' });
  });

  const refused: [name: string, argv: string[], message: RegExp][] = [
    ['an unknown program', ['web=x'], /--replace is "web=x"; allowed: PROGRAM=COMMAND or/],
    ['an unknown platform', ['lambda/server=x'], /--replace is "lambda\/server=x"; allowed/],
    ['an empty command', ['server= '], /--replace is "server= "; allowed/],
    ['a URL', ['server=http://localhost:1'], /is a URL; allowed: PROGRAM=COMMAND or/],
    ['a port that is none', ['server=localhost:70000'], /port 70000; allowed: 1 to 65535/],
    ['a port alone', ['server=5050'], /has no host; allowed: HOST:PORT, such as localhost:5050/],
    ['a colon and a port', ['server=:5050'], /server=:5050 has no host; allowed: HOST:PORT/],
    [
      'a program twice',
      ['server=a', '--replace', 'gke/server=b'],
      /server is replaced twice on gke/,
    ],
    [
      'a platform that does not run',
      ['gke/server=x', '--platforms', 'cloud_run'],
      /gke does not run; allowed with --platforms cloud_run: cloud_run/,
    ],
    [
      'one client for both platforms',
      ['client=localhost:80'],
      /one client cannot call the services of both platforms; allowed: cloud_run\/client=/,
    ],
    [
      'a program whose CPU it should stop and cannot',
      ['server=localhost:80', '--billing', 'request'],
      /--replace server=localhost:80 with --billing request: the CPU of a program that you start/,
    ],
  ];
  for (const [name, argv, message] of refused) {
    it(`refuses ${name} and says what is allowed`, () => {
      assert.throws(
        () => parse('--replace', ...argv),
        (error: unknown) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
