import { ownTest } from '../../traces/own-programs.ts';
import { isUnwanted, targetOf } from '../../traces/span.ts';
import { atEach, describeSpan, explaining, type Rule } from '../rule.ts';

export const healthCheckSpans: Rule = {
  id: 'health-check-spans',
  ofThisSystem: true,
  finding: 'Health checks or fetches of metadata and tokens made spans.',
  cause:
    'The filters of the HTTP or gRPC instrumentation do not know the path: a probe asks for ' +
    'another one than /health, /_healthz, /ready or grpc.health.v1, or a program has no filters or ' +
    'turns them off (HEALTH_CHECK_SPANS=true).',
  fix:
    'Point the probe at one of those paths, or add its path to lib/telemetry/untraced.ts. Start ' +
    'every program with the preload, which installs the filters.',
  look: atEach((request) =>
    request.nodes
      .filter(({ span }) => isUnwanted(span))
      .filter(ownTest(request))
      .map((node) =>
        explaining(request, () => `${describeSpan(node)} asks for ${targetOf(node.span)}`),
      ),
  ),
};
