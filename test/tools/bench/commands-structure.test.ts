import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type SpanFile, writeSpanFile } from '../../../tools/bench/span-files.ts';
import { ROOT } from '../../rules/sources.ts';
import { childEnvironment, runToEnd } from '../../run-to-end.ts';

/*
 * What a command costs, in what can be counted: no figure depends on how fast the machine is. A bound is a
 * little above what it is today: raise it where the reason is good, and say so.
 */

/** At its end a process says how many modules it loaded, how many sources Node looked for, how many bytes it read. */
const REPORT = `--import=data:text/javascript,${encodeURIComponent(`
  import { existsSync, readFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  let modules = 0;
  let lookedFor = 0;
  registerHooks({
    // The newest hook comes first, so this one hears only of what the command leaves to Node.
    resolve(specifier, context, next) {
      if (specifier.endsWith('.ts')) lookedFor += 1;
      return next(specifier, context);
    },
    load(url, context, next) {
      if (!url.startsWith('node:')) modules += 1;
      return next(url, context);
    },
  });
  process.on('exit', () => {
    const io = existsSync('/proc/self/io') ? readFileSync('/proc/self/io', 'utf8') : '';
    const read = Number(/^rchar: (\\d+)$/m.exec(io)?.[1] ?? null);
    console.error('\\nCOUNTED ' + JSON.stringify({ modules, lookedFor, read }));
  });`)}`;

type Counted = Readonly<{ modules: number; lookedFor: number; read: number }>;

/** `bin.mjs`: as people run it. */
async function count(
  args: readonly string[],
  expectedCode: number,
  entry: 'main.ts' | 'bin.mjs' = 'main.ts',
): Promise<Counted> {
  const file = join(ROOT, 'tools/cli', entry);
  const { code, stderr } = await runToEnd(process.execPath, [file, ...args], {
    // The first run with a cache would read less than the next one, which reads the cache too.
    env: childEnvironment({ NODE_OPTIONS: REPORT, NODE_DISABLE_COMPILE_CACHE: '1' }),
  });
  assert.equal(code, expectedCode, stderr);
  const said = /^COUNTED (.*)$/m.exec(stderr)?.[1];
  assert.ok(said, stderr);
  return JSON.parse(said);
}

describe('the structure of a command', () => {
  let folder: string;
  const sizes = [1_000, 20_000] as const;
  const files: Record<string, readonly SpanFile[]> = {};
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    for (const form of ['lines', 'document'] as const) {
      files[form] = await Promise.all(
        sizes.map((size) => writeSpanFile(join(folder, `${form}-${size}`), form, size)),
      );
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const COMMANDS = [
    { name: 'the refusal of a flag', args: ['up', '--onec'], code: 2, most: 25, today: 24 },
    { name: '--help', args: ['--help'], code: 0, most: 39, today: 38 },
  ];
  for (const { name, args, code, most, today } of COMMANDS) {
    test(`${name} loads at most ${most} modules (today ${today})`, async () => {
      assertWithin((await count(args, code)).modules, most);
    });
  }

  test('Node looks for no source of a command', async () => {
    const { modules, lookedFor } = await count(['--help'], 0, 'bin.mjs');
    assert.ok(modules > 20);
    assert.equal(lookedFor, 0);
  });

  /** With a file of spans; doctor finds a fault in them. */
  const READERS = [
    {
      command: 'compare',
      code: 0,
      bounds: { lines: { most: 205, today: 202 }, document: { most: 228, today: 225 } },
    },
    {
      command: 'doctor',
      code: 1,
      bounds: { lines: { most: 139, today: 136 }, document: { most: 164, today: 160 } },
    },
  ];
  for (const { command, code, bounds } of READERS) {
    for (const [form, { most, today }] of Object.entries(bounds)) {
      test(`${command} loads at most ${most} modules (today ${today}), and reads each byte of ${form} twice`, async (t) => {
        const counts = [];
        for (const { file } of files[form] ?? []) {
          const args = [command, '--from', file, '--max-traces', '100000'];
          const counted = await count(args, code);
          assertWithin(counted.modules, most);
          counts.push({ read: counted.read, size: (await stat(file)).size });
        }
        const [small, large] = counts;
        assert.ok(small && large);
        if (small.read === 0) return t.diagnostic('this system does not count what is read');
        // The modules' own bytes are in both.
        const times = (large.read - small.read) / (large.size - small.size);
        // For the outline of the traces, and for their spans.
        assert.ok(times > 0.99 && times <= 2.01, `${times} times`);
      });
    }
  }
});

function assertWithin(modules: number, most: number): void {
  assert.ok(modules <= most, `${modules} modules`);
  assert.ok(modules > most / 2, `${modules} modules: lower the bound`);
}
