import { ownTest } from '../../traces/own-programs.ts';
import { isUnwanted, targetOf } from '../../traces/span.ts';
import { atEach, describeSpan, explaining, type Rule } from '../rule.ts';

export const healthCheckSpans: Rule = {
  id: 'health-check-spans',
  ofThisSystem: true,
  finding: 'Health checks or fetches of metadata and tokens made spans.',
  cause:
    'A program has no filters, because it started without the preload or installs its own ' +
    'instrumentation, or it turns them off (HEALTH_CHECK_SPANS=true).',
  fix: 'Start every program with the preload, which installs the filters. Unset HEALTH_CHECK_SPANS.',
  look: atEach((request) =>
    request.nodes
      .filter(({ span }) => isUnwanted(span))
      .filter(ownTest(request))
      .map((node) =>
        explaining(request, () => `${describeSpan(node)} asks for ${targetOf(node.span)}`),
      ),
  ),
};
