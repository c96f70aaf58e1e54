import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../tools/cli/command-line.ts';
import { upCommand } from '../../../tools/cli/commands/up.ts';
import { parseOptions, splitIntoRuns } from '../../../tools/local/options.ts';
import { flagsOf } from '../cli/flags-of.ts';

const parse = (...argv: readonly string[]) => parseOptions(flagsOf('up', ...argv));

describe('parseOptions', () => {
  it('runs both platforms live with the interval of the codelab when no flag is given', () => {
    const options = parse();
    assert.equal(options.once, false);
    assert.equal(options.requests, 10);
    assert.equal(options.intervalMs, 2_000);
    assert.deepEqual(options.platforms, ['cloud_run', 'gke']);
  });

  it('takes one run per eight requests and 50 ms between them with --once', () => {
    const options = parse('--once', '--requests', '60');
    assert.equal(options.runs, 8);
    assert.equal(options.intervalMs, 50);
  });

  it('shortens the interval of a live run so that every minute gets its requests', () => {
    assert.equal(parse('--requests', '26').intervalMs, 2_000);
    assert.equal(parse('--requests', '60').intervalMs, 847);
    assert.equal(parse('--requests', '1000').intervalMs, 50);
    assert.equal(parse('--requests', '60', '--interval', '847').intervalMs, 847);
    assert.equal(parse('--requests', '1', '--interval', '60000').intervalMs, 60_000);
    assert.equal(
      parse('--once', '--requests', '60', '--interval', '2000').intervalMs,
      2_000,
      'a burst is not bound to minutes',
    );
  });

  it('takes log lines and headers beside JSON in a file', () => {
    const { logs, headers } = parse('--once', '--logs', '--headers', '--json=out.json');
    assert.deepEqual([logs, headers], [true, true]);
  });

  it('takes files of traces to lay beside those of a live run, or beside each other', () => {
    const flags = ['--beside', 'http.ndjson', '--beside', 'grpc.ndjson'];
    assert.deepEqual(parse(...flags).beside, ['http.ndjson', 'grpc.ndjson']);
    assert.deepEqual(parse().beside, []);
  });

  it('parses delays as platform, hop and milliseconds', () => {
    const options = parse('--delay', 'gke/server=20', '--delay', 'cloud_run/client=5');
    assert.deepEqual(options.delays, [
      { platform: 'gke', hop: 'server', delayMs: 20 },
      { platform: 'cloud_run', hop: 'client', delayMs: 5 },
    ]);
  });

  const refused: [name: string, argv: string[], message: RegExp][] = [
    ['a page of a burst, which has none', ['--once', '--beside', 'x'], /--beside is valid only/],
    ['an unknown flag', ['--bogus'], /--bogus/],
    ['no requests at all', ['--requests', '0'], /--requests is "0"; allowed: .* 1 to 1000/],
    ['a fraction of a request', ['--requests', '1.5'], /--requests is "1.5"/],
    ['more runs than requests', ['--once', '--requests', '2', '--runs', '3'], /--runs is "3"/],
    ['works without expected counts', ['--works', 'x'], /--queries FILE go together/],
    ['all figures of a run without end', ['--full'], /--full is valid only with --once/],
    ['results of a run without end', ['--json', 'out.json'], /--json is valid only with --once/],
    [
      'a live run that is longer than its minute',
      ['--requests', '60', '--interval', '2000'],
      /takes 118 s, and .* every minute; allowed: at most 50 s, so --interval 847 or less/,
    ],
    ['a level without an end', ['--instrument', 'http'], /--instrument is valid only with --once/],
    [
      'an unknown level',
      ['--once', '--instrument', 'tcp'],
      /--instrument is "tcp"; allowed: one of none, loadgen, http, grpc, all/,
    ],
    [
      'a comparison of a level',
      ['--once', '--instrument', 'http', '--full'],
      /--full shows a comparison; valid only with --instrument all/,
    ],
    [
      'the headers of no front end',
      ['--once', '--headers', '--platforms', 'gke'],
      /--headers .*; add cloud_run to --platforms/,
    ],
    [
      'the front end of no Cloud Run',
      ['--platforms', 'gke', '--front-end-spans', 'never'],
      /^--front-end-spans never changes Cloud Run alone; add cloud_run to --platforms$/,
    ],
    [
      'a front end that drops flags of no Cloud Run',
      ['--platforms', 'gke', '--drop-sampled-flag'],
      /^--drop-sampled-flag changes Cloud Run alone/,
    ],
    [
      'a front end that keeps the parents of no Cloud Run',
      ['--platforms', 'gke', '--no-rewrite'],
      /^--no-rewrite changes Cloud Run alone/,
    ],
    [
      'the billing of no Cloud Run',
      ['--platforms', 'gke', '--billing', 'request'],
      /^--billing request changes Cloud Run alone/,
    ],
    [
      'a delay on no Cloud Run',
      ['--platforms', 'gke', '--delay', 'gke/server=1', '--delay', 'cloud_run/server=1'],
      /^--delay cloud_run\/server=1: cloud_run does not run; add it to --platforms$/,
    ],
    [
      'a delay on no GKE',
      ['--platforms', 'cloud_run', '--delay', 'gke/server=1'],
      /^--delay gke\/server=1: gke does not run; add it to --platforms$/,
    ],
    [
      'log lines of no span',
      ['--once', '--logs', '--instrument', 'none'],
      /^--logs shows log lines below spans, and --instrument none makes no spans$/,
    ],
    [
      'headers of no trace',
      ['--once', '--headers', '--instrument', 'none'],
      /^--headers .*--instrument none makes no trace$/,
    ],
    [
      'text in the place of which JSON is printed',
      ['--once', '--logs', '--json'],
      /^--logs adds to the text, which --json replaces; write the JSON with --json=FILE$/,
    ],
    [
      'two results in one file',
      ['--once', '--save', 'a.ndjson', '--save-logs', './a.ndjson'],
      /^--save and --save-logs name one file: \.\/a\.ndjson$/,
    ],
    ['a log file of a live run', ['--save-logs', 'a'], /^--save-logs is valid only with --once$/],
    ['an unknown protection', ['--without', 'b3'], /--without is "b3"; allowed: one of parent, /],
    [
      'a protection of no program',
      ['--without', 'web/flush'],
      /--without is "web\/flush"; allowed/,
    ],
    ['an unknown platform', ['--platforms', 'gke,lambda'], /--platforms is "gke,lambda"/],
    ['a delay without a hop', ['--delay', 'gke=20'], /--delay is "gke=20"; allowed: PLATFORM/],
    ['an unknown billing', ['--billing', 'free'], /--billing is "free"; allowed: one of/],
  ];
  for (const [name, argv, message] of refused) {
    it(`refuses ${name} and says what is allowed`, () => {
      assert.throws(
        () => parse(...argv),
        (error: unknown) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('the help of npm start', () => {
  const VALUES: Readonly<Record<string, readonly string[]>> = {
    '--runs': ['2'],
    '--instrument': ['http'],
  };
  for (const { long, description, required, optional } of upCommand().options) {
    if (long == null || long === '--once') continue;
    const value = required ? (VALUES[long] ?? ['a']) : [];
    const isOnlyOnce = () => {
      try {
        parse(optional ? `${long}=a` : long, ...value);
      } catch (error) {
        return (error as Error).message === `${long} is valid only with --once`;
      }
      return false;
    };
    it(`says of ${long} whether it needs --once`, () => {
      assert.equal(description.startsWith('with --once: '), isOnlyOnce());
    });
  }
});

describe('splitIntoRuns', () => {
  it('adds up to the requests and differs by at most one', () => {
    for (const [requests, runs] of [
      [60, 6],
      [7, 3],
      [1, 1],
      [1000, 7],
    ] as const) {
      const sizes = splitIntoRuns(requests, runs);
      assert.equal(sizes.length, runs);
      assert.equal(
        sizes.reduce((sum, size) => sum + size, 0),
        requests,
      );
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }
  });
});
