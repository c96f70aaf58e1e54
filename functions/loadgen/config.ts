import { address, type Config, host, integer, port } from '../../lib/config.ts';
import { knownQueriesVariable } from '../../lib/queries.ts';
import { shutdownTimeout } from '../../lib/shutdown.ts';
import { besidePlainService } from '../../lib/telemetry/plain-text.ts';
import { LOAD_LIMITS, MOST_REQUESTS } from './contract.ts';

export const loadgenVariables = {
  HOST: host(),
  PORT: port(8080).describe('Port to listen on; 0 takes a free one'),
  SHUTDOWN_TIMEOUT_MS: shutdownTimeout(),
  CLIENT_ADDR: address().meta({
    description: 'Where loadgen finds client, the same way as SERVER_ADDR',
    beside: besidePlainService,
  }),
  KNOWN_QUERIES: knownQueriesVariable,
  LOADGEN_MAX_RUN_SECONDS: integer({
    min: 1,
    max: 1790,
    default: LOAD_LIMITS.LOADGEN_MAX_RUN_SECONDS,
  }).describe(
    'Seconds after which every run has answered. A run is refused if its last request would have less than LOADGEN_REQUEST_TIMEOUT_SECONDS (or half of this, if shorter). Keep it 10 s below the attempt deadline of the caller',
  ),
  LOADGEN_REQUEST_TIMEOUT_SECONDS: integer({
    min: 1,
    max: 600,
    default: LOAD_LIMITS.LOADGEN_REQUEST_TIMEOUT_SECONDS,
  }).describe(
    'Deadline of one request to client. Keep it above SERVER_DEADLINE_MS, so that client answers first',
  ),
  LOADGEN_MAX_RUNS: integer({ min: 1, max: 1_000, default: 10 }).describe(
    'Runs at a time. One more is refused with 503 and Retry-After',
  ),
  LOADGEN_MAX_REQUESTS: integer({ min: MOST_REQUESTS, max: 100_000, default: 4_000 }).describe(
    'Requests of all runs at a time, those that are not due yet included. A run that would exceed it is refused with 503 and Retry-After',
  ),
  LOADGEN_LATE_AFTER_MS: integer({ min: 1, max: 60_000, default: 10 }).describe(
    'Milliseconds after its scheduled time from which the start of a request counts as late',
  ),
};

export type LoadgenConfig = Config<typeof loadgenVariables>;
