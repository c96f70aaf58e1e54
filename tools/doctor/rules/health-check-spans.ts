import { isHealthPath, isHealthSpan } from '../../../lib/telemetry/untraced.ts';
import type { Span } from '../../compare/model.ts';
import { describeSpan, explaining, type Rule } from '../rule.ts';

const PATH_KEYS = ['url.path', 'http.target', '/http/path', 'url.full', 'http.url', '/http/url'];

export const healthCheckSpans: Rule = {
  id: 'health-check-spans',
  finding: 'Health checks or fetches of metadata and tokens made spans.',
  cause:
    'The filters of the HTTP or gRPC instrumentation do not know the path, or a probe asks for ' +
    'another one than /health, /_healthz, /ready or grpc.health.v1.',
  cure:
    'Point the probe at one of those paths, or add its path to lib/telemetry/untraced.ts, and ' +
    'start the programs with the preload, which installs the filters.',
  check: ({ traces }) =>
    traces.flatMap((trace) =>
      trace.nodes
        .filter(({ span }) => isUnwanted(span))
        .map((node) => explaining(trace, `${describeSpan(node)} asks for ${target(node.span)}`)),
    ),
};

function isUnwanted(span: Span): boolean {
  if (isHealthSpan(span.name)) return true;
  return PATH_KEYS.some((key) => {
    const path = pathOf(span.attributes[key]);
    return isHealthPath(path) || path?.startsWith('/computeMetadata/');
  });
}

function pathOf(value: string | undefined): string | undefined {
  if (value === undefined || value.startsWith('/')) return value;
  return URL.canParse(value) ? new URL(value).pathname : undefined;
}

function target({ name, attributes }: Span): string {
  const key = PATH_KEYS.find((candidate) => attributes[candidate] !== undefined);
  return (key && attributes[key]) ?? name;
}
