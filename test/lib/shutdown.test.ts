import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';

/** A real process with the given shutdown steps; resolves with how it ended and what it logged. */
async function runSignalled(
  t: TestContext,
  options: { steps: string; signals: NodeJS.Signals[]; held?: boolean },
) {
  const program = `
    import { mock } from 'node:test';
    import { createLogger } from './lib/telemetry/log.ts';
    import { shutdownOnSignal } from './lib/shutdown.ts';
    if (${options.held ?? false}) mock.timers.enable({ apis: ['setTimeout'] });
    const logger = createLogger({ service: 'test', project: 'test' });
    shutdownOnSignal({ logger, timeoutMs: 60_000, steps: ${options.steps} });
    setInterval(() => {}, 1_000);
    logger.info('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const messages: string[] = [];
  let rest = '';
  let signalled = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) messages.push(JSON.parse(line).message);
    if (signalled || !messages.includes('ready')) return;
    signalled = true;
    for (const signal of options.signals) child.kill(signal);
  });
  const [code] = await once(child, 'close');
  return { code, messages: messages.slice(1) };
}

describe('shutdownOnSignal', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`runs the steps in order on ${signal} and exits 0`, async (t) => {
      const steps = `[
        { name: 'a', run: async () => { await new Promise(setImmediate); logger.info('a'); } },
        { name: 'b', run: () => logger.info('b') },
      ]`;
      const { code, messages } = await runSignalled(t, { steps, signals: [signal] });
      assert.deepEqual([code, messages], [0, ['shutting down', 'a', 'b']]);
    });
  }

  test('runs them once however many signals come', async (t) => {
    // It ends with the last of them, which the process sends itself: two at once could become one.
    const steps = `[
      { name: 'a', run: async () => {
        for (const signal of ['SIGTERM', 'SIGINT']) {
          const come = new Promise((resolve) => process.once(signal, resolve));
          process.kill(process.pid, signal);
          await come;
        }
        logger.info('a');
      } },
    ]`;
    const signals: NodeJS.Signals[] = ['SIGINT'];
    const { code, messages } = await runSignalled(t, { steps, signals });
    assert.deepEqual([code, messages], [0, ['shutting down', 'a']]);
  });

  test('tells each step how much of the time is left', async (t) => {
    // On a clock that the first step moves.
    const steps = `[
      { name: 'a', run: (left) => {
        globalThis.before = left;
        const nowMs = performance.now();
        performance.now = () => nowMs + 15;
      } },
      { name: 'b', run: (left) => {
        logger.info(left > 0 && left <= globalThis.before - 15 ? 'less' : 'not less');
      } },
    ]`;
    const { code, messages } = await runSignalled(t, { steps, signals: ['SIGTERM'] });
    assert.deepEqual([code, messages], [0, ['shutting down', 'less']]);
  });

  test('goes on after a step that fails, and exits 1', async (t) => {
    const steps = `[
      { name: 'a', run: () => { throw new Error('oh'); } },
      { name: 'b', run: () => logger.info('b') },
    ]`;
    const { code, messages } = await runSignalled(t, { steps, signals: ['SIGTERM'] });
    assert.deepEqual([code, messages], [1, ['shutting down', 'shutdown step failed', 'b']]);
  });

  test('exits 1 where the steps take longer than their time', async (t) => {
    // On a clock that the step moves: the time that all steps have is over while it runs.
    const steps = `[
      { name: 'a', run: () => {
        setImmediate(() => mock.timers.tick(60_000));
        return new Promise(() => {});
      } },
    ]`;
    const { code, messages } = await runSignalled(t, { steps, signals: ['SIGTERM'], held: true });
    assert.deepEqual([code, messages], [1, ['shutting down', 'shutdown timed out']]);
  });
});
