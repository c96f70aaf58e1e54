import type { Span, SpanContext } from '@opentelemetry/api';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { KnownQuery } from '../../lib/queries.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { ATTR, EVENT, SPAN, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import { isShed, recordError, withSpan } from '../../lib/telemetry/span.ts';
import type { LoadSummary } from './contract.ts';
import { type ClientRequests, RequestError } from './request.ts';
import { type Due, pace } from './schedule.ts';
import { createTally, type Outcome, type RunIdentity, type Tally } from './summary.ts';

export type RunPlan = RunIdentity &
  Readonly<{
    intervalMs: number;
    maxInFlight: number;
    /** One for each request, in order. */
    queries: readonly KnownQuery[];
    /** The span of the invocation that asked for this run; every root links to it. */
    invocation?: SpanContext | undefined;
  }>;

export type RunTools = Readonly<{
  requests: ClientRequests;
  clock: Clock;
  logger: Logger;
  /** Resolves to why nothing can be sent, or to undefined once the first request may go. */
  ready: () => Promise<string | undefined>;
  /** No request starts after this; those in flight go on. */
  stop: AbortSignal;
  /** Requests still in flight are given up; its reason names the kind of failure. */
  giveUp: AbortSignal;
}>;

export type Run = Readonly<{
  /** The figures so far. */
  summary(): LoadSummary;
  done: Promise<LoadSummary>;
}>;

/** Starts one run: every request at its scheduled time, each as one trace. */
export function startRun(plan: RunPlan, tools: RunTools): Run {
  const tally = createTally({
    runId: plan.runId,
    scheduledMinute: plan.scheduledMinute,
    seed: plan.seed,
    requests: plan.requests,
    lateAfterMs: plan.lateAfterMs,
  });
  let state: LoadSummary['state'] = 'running';

  const issueAll = async (): Promise<LoadSummary> => {
    const unready = await tools.ready();
    if (unready !== undefined) {
      tools.logger.error({ runId: plan.runId, reason: unready }, 'run not started');
      tally.drop(tools.stop.aborted ? 'stopping' : 'notReady', plan.requests);
    } else {
      const inFlight = new Set<Promise<void>>();
      const issued = await pace(plan, tools.clock, tools.stop, (due) => {
        const known = plan.queries[due.sequence];
        // Dropped and counted rather than delayed: waiting would hide the overload in the schedule.
        if (!known || inFlight.size >= plan.maxInFlight) return tally.drop('maxInFlight');
        tally.start(due.delayMs);
        const request = issue({ due, known, plan, tools, tally })
          .then(tally.end)
          .finally(() => inFlight.delete(request));
        inFlight.add(request);
      });
      tally.drop('stopping', plan.requests - issued);
      await Promise.all(inFlight);
    }
    if (tally.shedSoFar() > 0) {
      const text = `${tally.shedSoFar()} of ${plan.requests} requests have no trace, because spans could not be stored fast enough`;
      tools.logger.warn({ runId: plan.runId }, text);
    }
    state = tools.stop.aborted ? 'stopped' : 'finished';
    return tally.summary(state);
  };
  return { summary: () => tally.summary(state), done: issueAll() };
}

type Issue = Readonly<{
  due: Due;
  known: KnownQuery;
  plan: RunPlan;
  tools: RunTools;
  tally: Tally;
}>;

/** One request as one trace: from its root span to its checked count. Never rejects. */
function issue({ due, known, plan, tools, tally }: Issue): Promise<Outcome> {
  const attributes = {
    [ATTR.query]: known.query,
    [ATTR.expectedCount]: known.expectedCount,
    [ATTR.runId]: plan.runId,
    [ATTR.sequence]: due.sequence,
    [ATTR.scheduledMinute]: plan.scheduledMinute,
    [ATTR.scheduledTime]: new Date(due.dueEpochMs).toISOString(),
    [ATTR.startDelayUs]: Math.round(due.delayMs * 1000),
  };
  const links = plan.invocation ? [{ context: plan.invocation }] : [];
  // A new root: an invocation that is not sampled (o=0) must not silence its requests.
  return withSpan(SPAN.loadgen, { root: true, links, attributes }, async (span) => {
    if (isShed(span)) tally.shed();
    // A trace that was shed cannot say so itself.
    else if (tally.shedSoFar() > 0) span.setAttribute(ATTR.shedSoFar, tally.shedSoFar());
    try {
      return await ask({ due, known, tools }, span);
    } catch (error) {
      const { kind, sent } =
        error instanceof RequestError ? error : { kind: 'internal' as const, sent: false };
      recordError(span, error, kind);
      const { sequence } = due;
      tools.logger.warn({ sequence, query: known.query, kind, error }, 'request failed');
      return { result: 'failed', kind, sent };
    }
  });
}

async function ask(
  { due, known, tools }: Pick<Issue, 'due' | 'known' | 'tools'>,
  span: Span,
): Promise<Outcome> {
  const { clock, requests } = tools;
  const sendMs = clock.nowMs();
  span.addEvent(EVENT.requestStart);
  const answer = await requests
    .get(`/?q=${encodeURIComponent(known.query)}`, tools.giveUp)
    .finally(() => span.addEvent(EVENT.requestEnd));
  const endMs = clock.nowMs();
  if (answer.status !== 200) {
    throw new RequestError(`http_${answer.status}`, true, `client answered ${answer.status}`);
  }
  const count = parseMatchCount(answer.body);
  span.setAttribute(ATTR.matchCount, count);
  const result = count === known.expectedCount ? 'ok' : 'mismatched';
  if (result === 'mismatched') {
    const text = `the match count of ${JSON.stringify(known.query)} is ${count}, expected ${known.expectedCount}`;
    recordError(span, new Error(text), UNEXPECTED_RESULT);
    tools.logger.error({ sequence: due.sequence, query: known.query, count }, text);
  }
  return { result, fromScheduledMs: endMs - due.dueMs, fromSendMs: endMs - sendMs };
}

const answerSchema = z.object({ matchCount: z.number().int().nonnegative() });

function parseMatchCount(body: string): number {
  try {
    return answerSchema.parse(JSON.parse(body)).matchCount;
  } catch (cause) {
    const text = `client's answer has no matchCount: ${body.slice(0, 100)}`;
    throw new RequestError('bad_answer', true, text, { cause });
  }
}
