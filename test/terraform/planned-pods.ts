import type { Resource, Values } from './plan.ts';

export const ofType = (resources: readonly Resource[], type: string) =>
  resources.filter((resource) => resource.type === type);

export type PlannedPods = Readonly<{
  address: string;
  /** The pod's own, not those of what makes it. */
  labels: Readonly<Record<string, string>>;
  pod: Values;
  count: number;
}>;

/** Every pod template, with the number of pods made from it. */
export function podsOf(resources: readonly Resource[]): readonly PlannedPods[] {
  return resources.flatMap(({ address, type, values }) => {
    const [spec] = values.spec ?? [];
    const template =
      type === 'kubernetes_deployment_v1'
        ? spec.template[0]
        : type === 'kubernetes_cron_job_v1'
          ? spec.job_template[0].spec[0].template[0]
          : undefined;
    if (template === undefined) return [];
    const labels = template.metadata[0].labels;
    return [{ address, labels, pod: template.spec[0], count: Number(spec.replicas ?? 1) }];
  });
}
