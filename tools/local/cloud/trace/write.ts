import type { Metadata } from '@grpc/grpc-js';
import { type FaultRule, type Faults, throwAfterStoring } from '../faults.ts';
import { GoogleError } from '../google-status.ts';
import { type GrpcService, startGrpcService } from '../grpc-service.ts';
import { authenticate, authorize } from '../identity/caller.ts';
import type { IssuedCertificate } from '../identity/certificates.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { loadTraceService } from '../protos.ts';
import { invalid } from './limits.ts';
import type { Quota } from './quota.ts';
import type { TraceStore } from './store.ts';
import { parseV2Span, type V2Span } from './v2-span.ts';

/** Seen in the field for Cloud Trace's OTLP endpoint; assumed for v2 too. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * google.devtools.cloudtrace.v2.TraceService over TLS: BatchWriteSpans and CreateSpan. A batch is
 * stored completely or not at all: v2 has no partial success.
 */
export async function startTraceWrite(options: {
  store: TraceStore;
  tokens: TokenIssuer;
  certificate: IssuedCertificate;
  quota: Quota;
  faults?: Faults;
}): Promise<GrpcService> {
  const { store, tokens, quota, faults } = options;
  const admit = async (
    operation: string,
    name: string,
    metadata: Metadata,
  ): Promise<FaultRule | undefined> => {
    const fault = await faults?.strike('trace-write', operation, name);
    const authorization = metadata.get('authorization')[0]?.toString();
    const email = authenticate(tokens, authorization);
    const project = /^projects\/([^/]+)(?:\/|$)/.exec(name)?.[1];
    if (project === undefined) throw invalid('name', `${JSON.stringify(name)} is not projects/…`);
    // Whether a foreign project is missing or merely forbidden, the real service does not tell.
    if (project !== store.projectId) {
      throw new GoogleError('PERMISSION_DENIED', 'The caller does not have permission');
    }
    authorize(email, store.projectId);
    quota.take(1);
    return fault;
  };
  return startGrpcService({
    definition: loadTraceService(),
    certificate: options.certificate,
    maxReceiveBytes: MAX_REQUEST_BYTES,
    methods: {
      async BatchWriteSpans(request, metadata) {
        const { name = '', spans = [] } = request as { name?: string; spans?: V2Span[] };
        const fault = await admit('BatchWriteSpans', name, metadata);
        if (!/^projects\/[^/]+$/.test(name)) {
          throw invalid('name', `${JSON.stringify(name)} is not projects/[PROJECT_ID]`);
        }
        store.write(spans.map((span, i) => parseV2Span(span, `spans[${i}]`, store.projectId)));
        throwAfterStoring(fault);
        return {};
      },
      async CreateSpan(request, metadata) {
        const span = request as V2Span;
        await admit('CreateSpan', span.name ?? '', metadata);
        store.write([parseV2Span(span, 'span', store.projectId)]);
        return span;
      },
    },
  });
}
