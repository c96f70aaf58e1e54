import { address, type Config, host, integer, port } from '../../lib/config.ts';
import { knownQueriesVariable } from '../../lib/queries.ts';
import { LOAD_LIMITS } from './contract.ts';

export const loadgenVariables = {
  HOST: host(),
  PORT: port(8080).describe('Port to listen on; 0 takes a free one'),
  CLIENT_ADDR: address().describe('Where loadgen finds client'),
  KNOWN_QUERIES: knownQueriesVariable,
  LOADGEN_MAX_RUN_SECONDS: integer({
    min: 1,
    max: 1790,
    default: LOAD_LIMITS.LOADGEN_MAX_RUN_SECONDS,
  }).describe(
    'No run answers later. One that would leave its last request less than LOADGEN_REQUEST_TIMEOUT_SECONDS (or half of this, if shorter) is refused. Keep it 10 s below the attempt deadline of whatever calls loadgen',
  ),
  LOADGEN_REQUEST_TIMEOUT_SECONDS: integer({
    min: 1,
    max: 600,
    default: LOAD_LIMITS.LOADGEN_REQUEST_TIMEOUT_SECONDS,
  }).describe("Deadline of one request to client; above client's own, so that its answer arrives"),
  LOADGEN_LATE_AFTER_MS: integer({ min: 1, max: 60_000, default: 10 }).describe(
    'A request that starts so many milliseconds after its scheduled time is counted as late',
  ),
};

export type LoadgenConfig = Config<typeof loadgenVariables>;
