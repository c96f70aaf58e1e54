import { diag } from '@opentelemetry/api';
import { gcpDetector } from '@opentelemetry/resource-detector-gcp';
import { detectResources, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { TelemetryConfig } from './config.ts';
import { ATTR, SERVICE_NAMESPACE } from './names.ts';

/** What is known of this process without asking anybody. */
export function createOwnResource(config: TelemetryConfig): Resource {
  const sampler = config.OTEL_TRACES_SAMPLER;
  return resourceFromAttributes({
    'service.namespace': SERVICE_NAMESPACE,
    // Google's OTLP endpoint stores spans by this; its resource detector does not set it.
    'gcp.project_id': config.GOOGLE_CLOUD_PROJECT,
    [ATTR.configExporter]: config.OTEL_TRACES_EXPORTER.join(',') || 'none',
    [ATTR.configPropagators]: config.OTEL_PROPAGATORS.join(',') || 'none',
    [ATTR.configSampler]: sampler.endsWith('ratio')
      ? `${sampler}(${config.OTEL_TRACES_SAMPLER_ARG})`
      : sampler,
    ...config.OTEL_RESOURCE_ATTRIBUTES,
    'service.name': config.OTEL_SERVICE_NAME,
  });
}

/**
 * Asks the metadata server where this process runs: platform, region, revision, instance. Once,
 * when the first span is recorded; whoever asks again gets the same promise.
 *
 * What the deployment says in OTEL_RESOURCE_ATTRIBUTES wins over what is found. A platform that
 * does not answer in time costs the spans those attributes, never the spans themselves.
 */
export function createResourceDetection(own: Resource, timeoutMs: number): () => Promise<Resource> {
  let detection: Promise<Resource> | undefined;
  return () => {
    detection ??= detect(own, timeoutMs);
    return detection;
  };
}

async function detect(own: Resource, timeoutMs: number): Promise<Resource> {
  const found = detectResources({ detectors: [gcpDetector] });
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(late.resolve, timeoutMs, 'late');
  const outcome = await Promise.race([found.waitForAsyncAttributes?.(), late.promise]);
  clearTimeout(timer);
  if (outcome !== 'late') return found.merge(own);
  diag.warn(`the platform's metadata did not arrive within ${timeoutMs} ms: spans go without`);
  return own;
}
