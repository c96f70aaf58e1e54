import { LOCAL_PROJECT } from '../../cli/local-project.ts';
import type { Span, Trace } from '../../traces/model.ts';
import { PLATFORM_LABELS } from '../../traces/span.ts';
import type { PlatformName } from './platform.ts';

/** Values of `cloud.platform`, which distinguish the spans of the two platforms. */
const CLOUD_PLATFORM: Readonly<Record<PlatformName, string>> = {
  cloud_run: 'gcp_cloud_run',
  gke: 'gcp_kubernetes_engine',
};

/** A platform's label, marked as a stand-in. */
const localLabel = (cloudPlatform: string): string =>
  `${PLATFORM_LABELS[cloudPlatform] ?? cloudPlatform} (local)`;

/** The label of the platform that a trace ran on, marked as a stand-in where the trace is local. */
export function labelOfTrace({ projectId, spans }: Trace): string | undefined {
  const platform = spans.map(({ attributes }) => attributes['cloud.platform']).find(Boolean);
  if (platform === undefined) return undefined;
  if (projectId === LOCAL_PROJECT.projectId) return localLabel(platform);
  return PLATFORM_LABELS[platform] ?? platform;
}

export const PLATFORM_LABEL: Readonly<Record<PlatformName, string>> = {
  cloud_run: localLabel(CLOUD_PLATFORM.cloud_run),
  gke: localLabel(CLOUD_PLATFORM.gke),
};

/** The platform of a trace's spans, by their programs' resources. */
export function platformOf(spans: readonly Span[]): PlatformName | undefined {
  for (const { attributes } of spans) {
    const value = attributes['cloud.platform'];
    for (const name of ['cloud_run', 'gke'] as const) {
      if (value === CLOUD_PLATFORM[name]) return name;
    }
  }
  return undefined;
}
