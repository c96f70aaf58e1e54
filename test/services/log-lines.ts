import { createLogger, type Logger } from '../../lib/telemetry/log.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** A real logger whose lines can be read. */
export function recordLog(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logger = createLogger({
    service: 'test',
    project: 'shakesapp-test',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  return { logger, lines };
}
