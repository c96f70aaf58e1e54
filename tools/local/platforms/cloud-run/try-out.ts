import { until } from '../../../../lib/telemetry/deadline.ts';
import { isAddress } from '../replacement.ts';
import { namedFailure } from '../start-failure.ts';
import { type Deployed, startInstance } from './container.ts';
import type { Instance } from './instance.ts';

/**
 * Our own programs start with the first request. One that replaces them is tried before, so that what
 * is wrong with it is an error of the start and not of every request: a command is started and ended
 * once, which also fills the caches of its toolchain; a program that somebody else starts is awaited.
 * `first`: the service's first instance.
 */
export async function tryOut(deployed: Deployed, first: Promise<Instance>): Promise<void> {
  const { program, options } = deployed;
  const { settings, signal = new AbortController().signal } = options;
  const replacement = settings.replaced?.[program];
  if (replacement === undefined) return;
  try {
    if (isAddress(replacement)) await until((await first).ready, signal);
    else await startOnce(deployed, signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw namedFailure(program, replacement, cause as Error);
  }
}

async function startOnce(deployed: Deployed, signal: AbortSignal): Promise<void> {
  const instance = await startInstance(deployed, 'tried before the first request', () => {});
  try {
    await until(instance.ready, signal);
  } finally {
    await instance.stop('tried');
  }
}
