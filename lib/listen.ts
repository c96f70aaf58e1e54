import type { Logger } from './telemetry/log.ts';

/**
 * Listens and logs 'listening' with the port, which differs from the one asked for where that is
 * 0. A program that cannot listen (the port is in use, the address not its own) says so in one
 * line of its log and exits 1.
 */
export async function listenOrExit(options: {
  logger: Logger;
  host: string;
  port: number;
  /** Returns the port that it got. */
  listen: (address: { host: string; port: number }) => Promise<number>;
}): Promise<void> {
  const { logger, host, port, listen } = options;
  try {
    logger.info({ port: await listen({ host, port }) }, 'listening');
  } catch (error) {
    logger.error({ host, port, error }, `cannot listen on port ${port}`);
    process.exit(1);
  }
}
