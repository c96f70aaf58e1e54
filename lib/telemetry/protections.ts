import { z } from 'zod';
import { oneOf } from './environment.ts';
import { ATTR } from './names.ts';

/**
 * Cloud Run rewrites the headers of a trace, drops its flag and stops the CPU, and every platform
 * probes and ends its programs. What keeps a trace complete nevertheless can be turned off here, to
 * see what it is for. SPAN_FLUSH and OTEL_PROPAGATORS turn off the rest.
 */
export const protectionVariables = {
  MISSING_SAMPLED_FLAG: oneOf(['sample', 'drop'], 'sample').describe(
    '`drop` makes no spans where the header that decides the trace has no sampled flag, which Cloud Run may lose on gRPC. To see what that does to a trace; the log has a warning',
  ),
  SPAN_DRAIN: oneOf(['at-end', 'never'], 'at-end').describe(
    '`never` ends the program without storing the spans that wait. To see what that does to a trace; the log has a warning',
  ),
  HEALTH_CHECK_SPANS: z
    .stringbool({ error: 'true or false' })
    .default(false)
    .describe(
      '`true` makes spans of health checks. To see what that does to the traces; the log has a warning',
    ),
};

export type MissingFlag = 'sample' | 'drop';

/** Only b3 carries the true parent past Cloud Run's front end, in either of its forms. */
export const restoresParent = (propagators: readonly string[]): boolean =>
  propagators.includes('b3') || propagators.includes('b3multi');

/** One short sentence for each protection that the configuration turns off. */
export function missingProtections(config: {
  OTEL_PROPAGATORS: readonly string[];
  OTEL_RESOURCE_ATTRIBUTES: Readonly<Record<string, string>>;
  K_SERVICE?: string | undefined;
  MISSING_SAMPLED_FLAG: MissingFlag;
  SPAN_FLUSH: 'background' | 'before-response';
  SPAN_DRAIN: 'at-end' | 'never';
  HEALTH_CHECK_SPANS: boolean;
}): readonly string[] {
  const stopsCpu = config.OTEL_RESOURCE_ATTRIBUTES[ATTR.configBilling] === 'request';
  const missing: readonly (readonly [boolean, string])[] = [
    [
      config.K_SERVICE !== undefined && !restoresParent(config.OTEL_PROPAGATORS),
      'OTEL_PROPAGATORS without b3 restores no parent behind Cloud Run',
    ],
    [
      config.MISSING_SAMPLED_FLAG === 'drop',
      'MISSING_SAMPLED_FLAG=drop makes no spans where the flag is lost',
    ],
    [
      stopsCpu && config.SPAN_FLUSH === 'background',
      'SPAN_FLUSH=background stores no spans while the CPU is stopped',
    ],
    [
      config.SPAN_DRAIN === 'never',
      'SPAN_DRAIN=never loses the spans that wait when the program ends',
    ],
    [config.HEALTH_CHECK_SPANS, 'HEALTH_CHECK_SPANS=true makes spans of health checks'],
  ];
  return missing.flatMap(([isMissing, sentence]) => (isMissing ? [sentence] : []));
}
