import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../tools/local/cloud/faults.ts';
import type { System } from './system.ts';

/** Waits until the condition holds; a busy machine has two minutes for it. */
export async function until(what: string, condition: () => boolean, seconds = 120): Promise<void> {
  assert.ok(await holdsWithin(seconds, condition), `not within ${seconds} s: ${what}`);
}

/** True as soon as the condition holds, and false after that time. */
export async function holdsWithin(seconds: number, condition: () => boolean): Promise<boolean> {
  const giveUpMs = performance.now() + seconds * 1_000;
  while (!condition()) {
    if (performance.now() >= giveUpMs) return false;
    await sleep(20);
  }
  return true;
}

/** Applies one rule after the other, each until it has struck `times` times. */
export async function strikeEach(
  { cloud }: System,
  rules: readonly FaultRule[],
  times = 1,
): Promise<void> {
  for (const rule of rules) {
    const fault = cloud.faults.inject(rule);
    await until(`${rule.service} struck by ${rule.error}`, () => fault.applied() >= times);
    fault.remove();
  }
}
