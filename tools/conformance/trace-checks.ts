import type { Span } from '../traces/model.ts';
import type { Check, Finding, Skipped } from './check.ts';
import { casesFor, TOGETHER, type TraceCase } from './trace-cases.ts';
import { entriesOf, HEALTH, type TraceRun, wrongParent } from './trace-run.ts';

const GROUP = 'Traces';
const STORED = 'traces.stored';

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
  return [
    {
      id: STORED,
      group: GROUP,
      title: 'stores its spans where the environment says',
      rule: { section: 'environment', says: 'where spans go: OTLP over HTTP, `http/protobuf`' },
      run: async () => ((await run()).isAnyStored ? null : NOTHING_STORED),
    },
    ...casesFor(program).map(
      (each): Check => ({
        id: each.id,
        group: GROUP,
        title: each.title,
        rule: { section: 'trace headers', says: each.says },
        after: [STORED, ...(each.id === TOGETHER ? [] : [TOGETHER]), ...(each.after ?? [])],
        run: async () => judge(each, await run()),
      }),
    ),
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
        id: 'spans.health',
        title: 'makes no span for a health check',
        rule: {
          section: 'spans',
          says: 'Health checks and requests to the metadata server make no spans.',
        },
      },
      (traces) => {
        const spans = traces.spansOf(HEALTH);
        if (spans.length === 0) return null;
        return {
          sent: 'a health check with trace headers',
          came: `${spans.length} spans, such as ${JSON.stringify(spans[0]?.name)}`,
          fix: 'leave health checks out of the instrumentation, by a filter of it',
        };
      },
    ),
  ];
}

const NOTHING_STORED: Finding = {
  sent: 'calls with trace headers, and waited 15 s for spans',
  came: 'no span arrived',
  fix:
    'start the program with the environment of this command, export to OTEL_EXPORTER_OTLP_ENDPOINT, ' +
    'and name gcp.project_id in the resource (OTEL_RESOURCE_ATTRIBUTES)',
};

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
  const wrong = entriesOf(spans).map((span) => wrongParent(span, ids));
  const found = wrong.find((each) => each !== null);
  return found === undefined ? null : finding(found ?? '');
}
