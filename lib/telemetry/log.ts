import { isSpanContextValid } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import { fineNowMs, toTimestamp } from './fine-clock.ts';
import { LOG_FIELD } from './log-fields.ts';
import { toLogLine } from './log-line.ts';
import { createLogOutput } from './log-output.ts';
import { activeSpanContext } from './span.ts';

export type { Logger } from 'pino';

/** pino's levels as Cloud Logging's severities. */
const SEVERITY: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/**
 * A logger that writes one JSON object a line in the shape Cloud Logging parses: `severity`,
 * `message`, `time` and, inside a traced request, the fields that link the line to its trace.
 * https://cloud.google.com/logging/docs/structured-logging
 *
 * Writes synchronously, so that the last line before an exit is never lost. Warnings and errors do
 * not wait for the end of the turn: a process that crashes in it has said why.
 */
export function createLogger(options: {
  service: string;
  project: string;
  destination?: { write(line: string): void };
}): Logger {
  const destination = options.destination ?? writeTogether();
  return pino(
    {
      base: { service: options.service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${toTimestamp(fineNowMs())}"`,
      formatters: { level: (label) => ({ severity: SEVERITY[label] ?? 'DEFAULT' }) },
      mixin: () => traceFields(options.project),
    },
    { write: (line: string) => void destination.write(toLogLine(line)) },
  );
}

/** By what pino writes first. */
const MAY_WAIT = `{"severity":"${SEVERITY.info}"`;

function writeTogether(): { write(line: string): void } {
  const output = createLogOutput(pino.destination({ dest: 1, sync: true }));
  return {
    write(line) {
      output.write(line);
      if (!line.startsWith(MAY_WAIT)) output.flush();
    },
  };
}

function traceFields(project: string): Record<string, string | boolean> {
  const context = activeSpanContext();
  if (!context || !isSpanContextValid(context)) return {};
  return {
    [LOG_FIELD.trace]: `projects/${project}/traces/${context.traceId}`,
    [LOG_FIELD.spanId]: context.spanId,
    [LOG_FIELD.sampled]: (context.traceFlags & 1) === 1,
  };
}
