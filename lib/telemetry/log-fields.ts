/**
 * Fields of a log line that link it to its trace, as Cloud Logging takes them. The programs write them,
 * and tools read lines by them.
 * https://cloud.google.com/logging/docs/structured-logging
 */
export const LOG_FIELD = {
  trace: 'logging.googleapis.com/trace',
  spanId: 'logging.googleapis.com/spanId',
  sampled: 'logging.googleapis.com/trace_sampled',
} as const;
