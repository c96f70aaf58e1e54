import { setTimeout as delay } from 'node:timers/promises';
import { gcpDetector } from '@opentelemetry/resource-detector-gcp';
import { detectResources, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { TelemetryConfig } from './config.ts';
import { until } from './deadline.ts';
import { ATTR, SERVICE_NAMESPACE } from './names.ts';

/** What is known of this process without a request. */
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

export type ResourceDetection = Readonly<{
  /** Begins, once; called when the first span is recorded, so that no socket opens before. */
  start(): void;
  /** What is known by now: the platform too, if it answers within `waitMs` of the first wait. */
  current(): Promise<Resource>;
}>;

/**
 * Asks the metadata server where this process runs: platform, region, revision, instance. What the
 * deployment says in OTEL_RESOURCE_ATTRIBUTES wins over what is found.
 *
 * On GKE metadata is late in a pod's first seconds. Spans wait for it, briefly; then they go without
 * it, while later ones have it as soon as it has come.
 */
export function createResourceDetection(options: {
  own: Resource;
  waitMs: number;
  /** Asks once, or again while nothing was found. */
  attempts: number;
  detect?: () => Promise<Resource>;
}): ResourceDetection {
  const { own, waitMs, attempts, detect = detectPlatform } = options;
  let resource = own;
  let known: Promise<unknown> | undefined;

  async function run(): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const found = await detect();
      resource = found.merge(own);
      if (found.attributes['cloud.provider'] !== undefined) return;
      if (attempt < attempts) await delay(RETRY_MS, undefined, { ref: false });
    }
  }

  function start(): Promise<unknown> {
    // One wait for all: if each batch waited again, an absent server would delay every one.
    // The end of the wait is no error; a lookup that fails leaves what is known already.
    known ??= until(run(), AbortSignal.timeout(waitMs)).catch(() => {});
    return known;
  }

  return {
    start: () => void start(),
    async current() {
      await start();
      return resource;
    },
  };
}

const RETRY_MS = 1_000;

async function detectPlatform(): Promise<Resource> {
  const found = detectResources({ detectors: [gcpDetector] });
  await found.waitForAsyncAttributes?.();
  return found;
}
