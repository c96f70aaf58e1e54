import { performance } from 'node:perf_hooks';
import { type handleUnaryCall, Metadata, type ServerUnaryCall, status } from '@grpc/grpc-js';
import { AppError, ERRORS, toAppError } from '../../lib/errors.ts';
import {
  EARLIER_CALLS_HEADER,
  type MatchCountResponse,
  PREVIOUS_ATTEMPTS,
  RETRY_PUSHBACK,
} from '../../lib/rpc.ts';
import { parseSearchQuery } from '../../lib/search-query.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { withSpan } from '../../lib/telemetry/span.ts';
import { flushBeforeResponse } from '../../lib/telemetry/telemetry.ts';
import { countMatchingLines, lower } from './match.ts';
import type { ReceivedRequest } from './request.ts';
import type { LoadTerms } from './retry-budget.ts';
import type { Snapshot, Works, WorksRead } from './works.ts';

export type SearchOptions = Readonly<{
  works: Works;
  bucket: string;
  prefix: string;
  logger: Logger;
}>;

/** The handler of GetMatchCount. Always answers, and an error always has a gRPC code. */
export function createGetMatchCount(
  options: SearchOptions,
): handleUnaryCall<ReceivedRequest, MatchCountResponse> {
  return (call, callback) => {
    const startMs = performance.now();
    const gone = new AbortController();
    let isAnswered = false;
    // Also when its deadline passes. Emitted after every call, too, when nobody listens any more.
    call.on('cancelled', () => {
      if (!isAnswered) gone.abort(new AppError('cancelled', 'the caller closed the connection'));
    });

    const log = (level: 'info' | 'warn' | 'error', fields: object) =>
      options.logger[level](
        { ...fields, durationMs: Math.round(performance.now() - startMs) },
        'GetMatchCount',
      );

    search(call.request, { signal: gone.signal, terms: termsOf(call) }, options)
      .then(async ({ matches, source }) => {
        await flushBeforeResponse();
        log('info', { grpcCode: status.OK, worksSource: source, matches });
        isAnswered = true;
        callback(null, { match_count: String(matches) });
      })
      .catch(async (thrown: unknown) => {
        const error = toAppError(thrown);
        await flushBeforeResponse();
        const { grpc, http } = ERRORS[error.kind];
        const level = http === 500 ? 'error' : http > 500 ? 'warn' : 'info';
        log(level, { grpcCode: grpc, error });
        isAnswered = true;
        callback({ code: grpc, details: error.message, metadata: neverAgain() });
      });
  };
}

/**
 * Every error of ours stays the same when the call is repeated, or has been repeated here already:
 * reading the works makes its own attempts.
 */
function neverAgain(): Metadata {
  const metadata = new Metadata();
  metadata.set(RETRY_PUSHBACK.key, RETRY_PUSHBACK.never);
  return metadata;
}

/**
 * What the call may spend. Its channel repeats it where the connection ends, up to three times in
 * all, and says how often it has; the caller adds what it sent in a call before this one. Before
 * Storage is asked for something a second time the headers of the answer go out: a call that has them
 * is never repeated (gRPC A6, "committed"). So the attempts of all repeats together are never more
 * than those of one call.
 */
function termsOf(call: ServerUnaryCall<ReceivedRequest, MatchCountResponse>): LoadTerms {
  const earlierCalls =
    countIn(call.metadata, PREVIOUS_ATTEMPTS) + countIn(call.metadata, EARLIER_CALLS_HEADER);
  return {
    deadlineMs: () => Number(call.getDeadline()),
    earlierCalls: () => earlierCalls,
    onRetry: () => {
      if (!call.cancelled) call.sendMetadata(new Metadata());
    },
  };
}

/** Whatever a caller writes there, it can only shorten what is done for it. */
function countIn(metadata: Metadata, name: string): number {
  const value = metadata.get(name)[0];
  if (value === undefined) return 0;
  return /^\d{1,3}$/.test(String(value)) ? Number(value) : 0;
}

type Caller = Readonly<{ signal: AbortSignal; terms: LoadTerms }>;

async function search(request: ReceivedRequest, caller: Caller, options: SearchOptions) {
  if ('refused' in request) throw request.refused;
  const { query } = request;
  const lowered = lower(parseSearchQuery(query));
  const { snapshot, source, release } = await readWorks(caller, options);
  try {
    return { source, matches: await countMatches(query, lowered, snapshot) };
  } finally {
    release?.();
  }
}

function readWorks({ signal, terms }: Caller, options: SearchOptions): Promise<WorksRead> {
  const { works, bucket, prefix } = options;
  const attributes = { [ATTR.bucket]: bucket, [ATTR.prefix]: prefix };
  return withSpan(SPAN.worksRead, { attributes }, async (span) => {
    try {
      const read = await works.read(signal, terms);
      span.setAttributes({
        [ATTR.objects]: read.snapshot.works.length,
        [ATTR.bytes]: read.snapshot.bytes,
        [ATTR.source]: read.source,
      });
      return read;
    } catch (error) {
      // Once the caller has gone, that is the reason, whatever error the read ended with.
      throw signal.aborted ? signal.reason : error;
    }
  });
}

function countMatches(query: string, lowered: string, snapshot: Snapshot): Promise<number> {
  return withSpan(SPAN.worksSearch, {}, (span) => {
    const matches = snapshot.works.reduce(
      (total, { loweredParts, lineLengths }) =>
        loweredParts.reduce(
          (sum, part, index) => sum + countMatchingLines(part, lowered, lineLengths[index]),
          total,
        ),
      0,
    );
    span.setAttributes({
      [ATTR.queryLength]: query.length,
      [ATTR.lines]: snapshot.lines,
      [ATTR.matches]: matches,
    });
    return matches;
  });
}
