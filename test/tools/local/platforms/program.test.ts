import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startProgram } from '../../../../tools/local/platforms/program.ts';
import { LONGEST_LINE_BYTES } from '../../../../tools/local/platforms/read-lines.ts';
import { createManualClock } from './manual-clock.ts';
import { isGone, startScript } from './programs.ts';

const FOREVER = 'setInterval(() => {}, 1e6);';

/** The kernel's letter for the state of a process: T is stopped. */
const stateOf = (pid: number) => /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
const onlyLinux = process.platform === 'linux' ? {} : { todo: 'reads /proc' };

describe('startProgram', () => {
  it('reads JSON lines and text lines of both streams and counts the spans of the last', async (t) => {
    const program = startScript(
      t,
      `console.log('{"message":"hello","n":1}'); console.error('plain'); console.log('{broken');
       console.log(JSON.stringify({ message: 'telemetry stopped', spans: { started: 3, ended: 3, stored: 2, lost: 1, reasons: {} } }));`,
    );
    assert.deepEqual(await program.exited, { code: 0, signal: null });
    assert.equal(program.lines.length, 4);
    assert.deepEqual(
      program.lines.find((line) => typeof line !== 'string'),
      { message: 'hello', n: 1 },
    );
    assert.ok(program.lines.includes('plain') && program.lines.includes('{broken'));
    assert.deepEqual(program.spanCounts(), { started: 3, ended: 3, stored: 2, lost: 1 });
  });

  it('remembers the last twenty lines, of a long one its beginning', async (t) => {
    const program = startScript(
      t,
      `for (let line = 0; line < 30; line += 1) console.log(line);
       console.log('x'.repeat(2_000)); console.log('y'.repeat(1_000_000));`,
    );
    await program.exited;
    const last = program.lastLines();
    assert.deepEqual(
      last.slice(0, 18),
      Array.from({ length: 18 }, (_, at) => String(at + 12)),
    );
    assert.deepEqual(last.slice(18), ['x'.repeat(2_000), `${'y'.repeat(2_000)}…`]);
    assert.equal(program.lines.at(-1), 'y'.repeat(1_000_000));
  });

  it('keeps the beginning of a line that is not ended for 64 MiB, and reads on after it', async (t) => {
    const program = startScript(
      t,
      `for (let part = 0; part < 64; part += 1) process.stdout.write('x'.repeat(1_048_576));
       console.log(); console.log('after');`,
    );
    await program.exited;
    assert.deepEqual(program.lines, ['x'.repeat(LONGEST_LINE_BYTES), 'after']);
  });

  it('is watched from its start to its end, and no longer', async () => {
    const told: string[] = [];
    const guardian = {
      watch: (pid: number) => told.push(`watch ${pid}`),
      forget: (pid: number) => told.push(`forget ${pid}`),
      close: () => Promise.resolve(),
    };
    const args = ['--eval', ''];
    const program = startProgram({ args, cwd: '.', env: {}, guardian, onLine: () => {} });
    assert.deepEqual(told, [`watch ${program.pid}`]);
    await program.exited;
    assert.deepEqual(told, [`watch ${program.pid}`, `forget ${program.pid}`]);
  });

  it('gives exactly the environment that it was told', async (t) => {
    const program = startScript(t, 'console.log(JSON.stringify(process.env))', { MINE: '1' });
    await program.exited;
    assert.deepEqual(program.lines, [{ MINE: '1' }]);
  });

  it('stops and continues the CPU', onlyLinux, async (t) => {
    const program = startScript(t, `console.log('up'); ${FOREVER}`);
    await program.line('up');
    program.freeze();
    await until(() => stateOf(program.pid) === 'T');
    assert.ok(program.isFrozen());
    program.thaw();
    await until(() => stateOf(program.pid) !== 'T');
  });

  it('lets a stopped program see SIGTERM and end by itself', async (t) => {
    const program = startScript(
      t,
      `process.on('SIGTERM', () => process.exit(7)); console.log('up'); ${FOREVER}`,
    );
    await program.line('up');
    program.freeze();
    assert.deepEqual(await program.stop(60_000), { code: 7, signal: null });
  });

  it('kills what does not end within its grace, and says so', async (t) => {
    const clock = createManualClock();
    const script = `process.on('SIGTERM', () => console.log('no')); console.log('up'); ${FOREVER}`;
    const program = startScript(t, script, {}, clock);
    await program.line('up');
    let killed = false;
    const ended = program.stop(60_000, () => {
      killed = true;
    });
    await program.line('no');
    assert.equal(killed, false, 'it was asked before');
    clock.advance(60_000);
    assert.deepEqual(await ended, { code: null, signal: 'SIGKILL' });
    assert.ok(killed);
  });

  it('takes the processes along that the program has started', async (t) => {
    const program = startScript(
      t,
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['--eval', '${FOREVER}'], { stdio: 'inherit' });
       console.log(JSON.stringify({ pid: child.pid })); process.on('SIGTERM', () => process.exit()); console.log('up'); ${FOREVER}`,
    );
    await program.line('up');
    await program.stop(60_000);
    const [first] = program.lines;
    assert.ok(typeof first === 'object');
    await isGone(Number(first.pid));
  });
});

async function until(condition: () => boolean): Promise<void> {
  const untilMs = Date.now() + 120_000;
  while (!condition()) {
    if (Date.now() > untilMs) throw new Error('the condition did not come about within 120 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
