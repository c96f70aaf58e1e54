import { ATTR } from '../../../../lib/telemetry/names.ts';
import { SYSTEM_FILTER } from '../system-filter.ts';

/**
 * Terms of Cloud Trace's filters, each for traces in which some span failed: v1 knows no "or". The
 * programs of this system set error.type on every span that failed, wrong counts included; others may
 * set the status of HTTP alone. No term finds every status of gRPC but OK.
 * https://cloud.google.com/trace/docs/trace-filters
 */
export const failureTermsFor = (filter: string): readonly string[] =>
  filter === SYSTEM_FILTER ? [OWN] : [OWN, '/http/status_code:5', 'http.response.status_code:5'];

const OWN = `label:${ATTR.errorType}`;
