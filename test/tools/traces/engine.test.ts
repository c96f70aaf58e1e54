import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import v8 from 'node:v8';
import { holdYoungSpace, prepareEngine } from '../../../tools/traces/engine.ts';

const MIB = 1_024 * 1_024;
const OFF = '--no-opt';
const ON = '--opt';

describe('prepareEngine', () => {
  it('lets the heap grow by no more than 30 % before it is collected', (t) => {
    const flags = listen(t);
    prepareEngine([]);
    assert.ok(flags.includes('--heap-growing-percent=200'), String(flags));
  });

  it('leaves the last compiler out until 200,000 spans are read, then turns it on once', (t) => {
    const flags = listen(t);
    const see = prepareEngine([]);
    assert.deepEqual(about(flags), [OFF]);
    see({ spans: { length: 199_999 } });
    assert.deepEqual(about(flags), [OFF]);
    see({ spans: { length: 1 } });
    see({ spans: { length: 300_000 } });
    assert.deepEqual(about(flags), [OFF, ON]);
  });

  for (const [what, sizes, expected] of [
    ['one byte less than 128 MiB', [64 * MIB, 64 * MIB - 1], [OFF]],
    ['128 MiB in two files', [64 * MIB, 64 * MIB], []],
  ] as const) {
    it(`of ${what}: the last compiler is ${expected.length === 0 ? 'on' : 'off'}`, (t) => {
      const files = createFiles(t, sizes);
      const flags = listen(t);
      const see = prepareEngine(files);
      assert.deepEqual(about(flags), expected);
      see({ spans: { length: 199_999 } });
      assert.deepEqual(about(flags), expected);
    });
  }

  it('takes a file that is not there for an empty one, since its reader says what is wrong', (t) => {
    const flags = listen(t);
    prepareEngine([join(tmpdir(), 'no-such-folder', 'no-such-file')]);
    assert.deepEqual(about(flags), [OFF]);
  });

  it('code that ran before the last compiler is on is compiled by it afterwards', () => {
    const flags = ['--allow-natives-syntax', '--no-concurrent-recompilation'];
    const args = [...flags, '--input-type=module', '--eval', HOT_LOOP];
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(said), { before: false, after: true });
  });
});

describe('holdYoungSpace', () => {
  it('stops the growth of the space for young objects once, when both halves have 8 MiB', (t) => {
    const flags = listen(t);
    const young = { space_name: 'new_space', space_size: 8 * MIB };
    t.mock.method(v8, 'getHeapSpaceStatistics', () => [young]);
    const see = holdYoungSpace();
    see({ spans: { length: 10_000 } });
    assert.deepEqual(flags, []);
    young.space_size = 16 * MIB;
    see({ spans: { length: 4_095 } });
    assert.deepEqual(flags, []);
    see({ spans: { length: 1 } });
    see({ spans: { length: 10_000 } });
    assert.deepEqual(flags, ['--semi-space-growth-factor=1']);
  });
});

/** Says whether V8's last compiler, TurboFan, has compiled a function that is called often enough. */
const HOT_LOOP = `
  import { prepareEngine } from ${JSON.stringify(import.meta.resolve('../../../tools/traces/engine.ts'))};
  const TURBOFANNED = 1 << 5;
  const hot = (count) => {
    let sum = 0;
    for (let at = 0; at < count; at += 1) sum = (sum + at * 7) % 1_013;
    return sum;
  };
  const isCompiled = () => {
    for (let call = 0; call < 1_000; call += 1) hot(1_000);
    return (%GetOptimizationStatus(hot) & TURBOFANNED) !== 0;
  };
  const see = prepareEngine([]);
  const before = isCompiled();
  see({ spans: { length: 200_000 } });
  console.log(JSON.stringify({ before, after: isCompiled() }));
`;

/** The flags that are set, in place of setting them for the tests too. */
function listen(t: TestContext): readonly string[] {
  const flags: string[] = [];
  t.mock.method(v8, 'setFlagsFromString', (flag: string) => void flags.push(flag));
  return flags;
}

const about = (flags: readonly string[]) => flags.filter((flag) => flag === OFF || flag === ON);

/** Without content: they take no room on the disk. */
function createFiles(t: TestContext, sizes: readonly number[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return sizes.map((bytes, index) => {
    const file = join(folder, `${index}`);
    writeFileSync(file, '');
    truncateSync(file, bytes);
    return file;
  });
}
