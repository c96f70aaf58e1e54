import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';

/*
 * A preload for a program that hangs when it is told to stop: what ends it are its deadlines. At
 * SIGTERM its time stops, and from then on, or from the signal TIME_PASSES_FROM, it passes with the
 * turns of its event loop, and so as slowly as the machine is: work that hangs runs out of any
 * deadline at once, and work that goes on never does.
 */

/** Milliseconds a turn; what does not hang needs some tens of turns. */
const STEP_MS = 5;

// Before the program's own handler: the shutdown must see no other time.
process.once('SIGTERM', () => {
  let nowMs = performance.now();
  performance.now = () => nowMs;
  mock.timers.enable({ apis: ['setTimeout'] });
  // for those who import it by name, such as from node:timers/promises
  syncBuiltinESMExports();
  const pass = () => {
    nowMs += STEP_MS;
    mock.timers.tick(STEP_MS);
    setImmediate(pass);
  };
  const from = process.env.TIME_PASSES_FROM;
  if (from) process.once(from, pass);
  else setImmediate(pass);
});
