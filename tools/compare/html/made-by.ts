import { SERVICES, SPAN } from '../../../lib/telemetry/names.ts';
import { factsOf } from '../../traces/facts.ts';
import type { WaterfallSpan } from '../../traces/waterfall.ts';
import { foreign, html, type Markup } from './markup.ts';

type Origin = Readonly<{
  /** What makes the span. */
  maker: string;
  /** Where in this project. */
  file: string;
  makes(span: WaterfallSpan): boolean;
}>;

const [loadgen, client, server] = SERVICES;
const SETUP = 'lib/telemetry/instrumentation.ts';

const named = (name: string) => (span: WaterfallSpan) =>
  span.kind === 'internal' && span.name === name;
const says = (key: string) => (span: WaterfallSpan) =>
  span.kind !== 'internal' && span.attributes[key] !== undefined;

/** Everything that makes spans in this project's programs. */
export const ORIGINS: readonly Origin[] = [
  { maker: loadgen, file: 'functions/loadgen/run.ts', makes: named(SPAN.loadgen) },
  { maker: client, file: 'services/client/search.ts', makes: named(SPAN.client) },
  { maker: server, file: 'services/server/search.ts', makes: named(SPAN.worksRead) },
  { maker: server, file: 'services/server/search.ts', makes: named(SPAN.worksSearch) },
  { maker: '@opentelemetry/instrumentation-grpc', file: SETUP, makes: says('rpc.system') },
  {
    maker: '@opentelemetry/instrumentation-undici',
    file: 'lib/telemetry/undici.ts',
    // Of a client's spans only these name the path apart from the URL.
    makes: (span) => span.kind === 'client' && says('url.path')(span),
  },
  { maker: '@opentelemetry/instrumentation-http', file: SETUP, makes: says('http.request.method') },
];

/** Which code made a span, in one sentence; of other programs' spans what they say themselves. */
export function madeBy(span: WaterfallSpan): Markup {
  const facts = factsOf(span);
  if (span.frontEnd) {
    return html`Made by the platform’s front end, and not by a program. In a local run that is <code>tools/local/platforms/cloud-run/own-span.ts</code>.`;
  }
  const isOurs = facts.marked && !facts.proxy && !facts.ofAnotherLanguage;
  const origin = isOurs ? ORIGINS.find(({ makes }) => makes(span)) : undefined;
  if (origin === undefined) return describeOther(span);
  const { maker, file } = origin;
  return maker.startsWith('@')
    ? html`Made by <code>${maker}</code>, set up in <code>${file}</code>.`
    : html`Made by ${maker} itself, in <code>${file}</code>.`;
}

/** Keys of the instrumentation scope and of the SDK, as exporters write them. */
const SCOPES = [
  ['otel.scope.name', 'otel.scope.version'],
  ['otel.library.name', 'otel.library.version'],
  ['telemetry.sdk.name', 'telemetry.sdk.version'],
  ['g.co/agent', ''],
] as const;

function describeOther({ attributes }: WaterfallSpan): Markup {
  const [name, version] = SCOPES.find(([key]) => attributes[key] !== undefined) ?? ['', ''];
  const language = attributes['telemetry.sdk.language'];
  const maker = [attributes[name], attributes[version]].filter(Boolean).join(' ');
  if (maker === '') {
    return html`The span does not say which instrumentation made it.`;
  }
  return html`Made by ${foreign(maker)}${language !== undefined && html` (${foreign(language)})`}.`;
}
