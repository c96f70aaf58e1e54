import type { Span } from '../traces/model.ts';
import type { Check, Finding, Skipped } from './check.ts';
import { RESOURCE } from './environment.ts';
import { findNothingStored } from './stored-spans.ts';
import { casesFor, TOGETHER, type TraceCase } from './trace-cases.ts';
import { entriesOf, HEALTH, type TraceRun, wrongParent } from './trace-run.ts';

const GROUP = 'Traces';
const STORED = 'traces.stored';
const SAMPLED = 'traces.sampled';

/** What holds of the spans of either service. `run` sends the calls once, with the first check. */
export function traceChecks(
  program: 'server' | 'client',
  run: () => Promise<TraceRun>,
): readonly Check[] {
  const spanCheck = (
    of: Pick<Check, 'id' | 'title' | 'rule'>,
    find: (traces: TraceRun) => Finding | Skipped | null,
  ): Check => ({
    ...of,
    group: GROUP,
    after: [STORED, TOGETHER],
    run: async () => find(await run()),
  });
  const caseCheck = (each: TraceCase): Check => ({
    id: each.id,
    group: GROUP,
    title: each.title,
    rule: { section: 'trace headers', says: each.says },
    after: [STORED, ...(each === together ? [] : [TOGETHER, SAMPLED]), ...(each.after ?? [])],
    run: async () => judge(each, await run()),
  });
  const [together, ...others] = casesFor(program);
  return [
    {
      id: STORED,
      group: GROUP,
      title: 'stores its spans where the environment says',
      rule: { section: 'environment', says: 'where spans go: OTLP over HTTP, `http/protobuf`' },
      run: async () => judgeStored(await run()),
    },
    caseCheck(together),
    spanCheck(
      {
        id: SAMPLED,
        title: 'records every call that its caller samples',
        rule: {
          section: 'trace headers',
          says: "The sampler **must** follow the parent's flag (`parentbased_always_on`",
        },
      },
      ({ sampled: { sent, recorded } }) =>
        recorded === 0 || recorded === sent
          ? null
          : {
              sent: `${sent} calls with the flag 1`,
              came: `${recorded} of them are recorded`,
              fix: 'use the sampler parentbased_always_on: one that decides by itself breaks the traces of its callers',
            },
    ),
    ...others.map(caseCheck),
    spanCheck(
      {
        id: 'spans.kind',
        title: 'makes a span of kind server for a call',
        rule: { section: 'spans', says: 'one of kind server' },
      },
      (traces) => {
        const entries = entriesOf(traces.spansOf(TOGETHER));
        if (entries.some(({ kind }) => kind === 'server')) return null;
        const came = entries.map(({ name, kind }) => `${JSON.stringify(name)} of kind ${kind}`);
        return {
          sent: 'a call with the headers of its caller',
          came: `below the caller's span: ${came.join(', ')}`,
          fix: 'make the span that continues the trace with the kind SERVER',
        };
      },
    ),
    spanCheck(
      {
        id: 'spans.service',
        title: `names its spans' service ${program}`,
        rule: {
          section: 'spans',
          says: '`service.name` is the name of the program that yours replaces.',
        },
      },
      (traces) => {
        const names = traces.spansOf(TOGETHER).map(({ attributes }) => attributes['service.name']);
        const wrong = names.find((name) => name !== program);
        if (names.every((name) => name === program)) return null;
        return {
          sent: `OTEL_SERVICE_NAME=${program} in the environment`,
          came: `service.name is ${JSON.stringify(wrong ?? 'absent')}`,
          fix: 'let the SDK read the resource from the environment, or set service.name',
        };
      },
    ),
    spanCheck(
      {
        id: 'spans.resource',
        title: 'says on its spans which instance made them',
        rule: { section: 'environment', says: 'what the spans **must** say of their program' },
      },
      (traces) => {
        const [span] = traces.spansOf(TOGETHER);
        const lacks = Object.entries(RESOURCE).find(
          ([key, value]) => span?.attributes[key] !== value,
        );
        if (lacks === undefined) return null;
        const [key, value] = lacks;
        return {
          sent: `OTEL_RESOURCE_ATTRIBUTES with ${key}=${value}`,
          came: `${key} is ${JSON.stringify(span?.attributes[key] ?? 'absent')}`,
          fix: 'let the SDK read the resource from the environment, or merge it with yours',
        };
      },
    ),
    spanCheck(
      {
        id: 'spans.strays',
        title: 'makes the spans of a call in its trace only',
        rule: { section: 'spans', says: 'Everything that a request does is in its trace' },
      },
      ({ strays: { sent, traces, name } }) =>
        traces < sent / 2
          ? null
          : {
              sent: `${sent} calls with trace headers`,
              came: `${traces} other traces, with spans such as ${JSON.stringify(name)}`,
              fix: 'start each span in the context of the call that it is for',
            },
    ),
    spanCheck(
      {
        id: 'spans.health',
        title: 'makes no span for a health check',
        rule: {
          section: 'spans',
          says: 'Health checks and requests to the metadata server make no spans.',
        },
      },
      judgeHealth,
    ),
  ];
}

function judgeStored(traces: TraceRun): Finding | Skipped | null {
  if (traces.isAnyStored) return null;
  const { wrongAnswer } = traces.sent(TOGETHER);
  if (wrongAnswer !== null) {
    return { skipped: `its calls are not answered right: ${wrongAnswer}`, explains: true };
  }
  return findNothingStored('calls with trace headers, and waited for spans', traces.store);
}

function judgeHealth(traces: TraceRun): Finding | null {
  const finding = (sent: string, came: string): Finding => ({
    sent,
    came,
    fix: 'leave health checks out of the instrumentation, by a filter of it',
  });
  const [span] = traces.spansOf(HEALTH);
  if (span)
    return finding('a health check with trace headers', `a span, ${JSON.stringify(span.name)}`);
  const { sent, traces: made, name } = traces.probes;
  if (made < sent / 2) return null;
  return finding(
    `${sent} health checks without trace headers`,
    `${made} traces, with spans such as ${JSON.stringify(name)}`,
  );
}

function judge(of: TraceCase, traces: TraceRun): Finding | Skipped | null {
  const { ids, wrongAnswer } = traces.sent(of.id);
  const finding = (came: string): Finding => ({ sent: of.sent, came, fix: of.fix });
  if (of.expects === 'answered') {
    // What is wrong with every answer is not the headers' fault.
    if (wrongAnswer === null || traces.sent(TOGETHER).wrongAnswer !== null) return null;
    return finding(wrongAnswer);
  }
  const spans: readonly Span[] = traces.spansOf(of.id);
  if (of.expects === 'nothing') {
    return spans.length === 0 ? null : finding(`${spans.length} spans in its trace`);
  }
  if (spans.length === 0) {
    if (of.expects === 'accepted') return { skipped: 'it does not read this header' };
    return finding('no span in its trace');
  }
  const [wrong] = entriesOf(spans)
    .map((span) => wrongParent(span, ids))
    .filter((each) => each !== null);
  return wrong === undefined ? null : finding(wrong);
}
