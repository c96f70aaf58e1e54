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

/** Every container of a pod: those that only run before it are admitted by the same rules. */
export const containersOfPod = (pod: Values): readonly Values[] => [
  ...(pod.init_container ?? []),
  ...pod.container,
];

/** What Kubernetes applies to one container. */
export type EffectiveSecurity = Readonly<{
  runAsNonRoot: boolean;
  /** Undefined: the image decides. */
  runAsUser: number | undefined;
  seccomp: string | undefined;
  privileged: boolean;
  allowPrivilegeEscalation: boolean;
  readOnlyRootFilesystem: boolean;
  added: readonly string[];
  dropped: readonly string[];
}>;

/** The pod's settings, each overridden by the container's own where it has one, `false` included. */
export function effectiveSecurity(pod: Values, container: Values): EffectiveSecurity {
  const ofPod: Values = pod.security_context?.[0] ?? {};
  const own: Values = container.security_context?.[0] ?? {};
  const user = own.run_as_user || ofPod.run_as_user;
  const [capabilities]: readonly Values[] = own.capabilities ?? [];
  return {
    runAsNonRoot: own.run_as_non_root ?? ofPod.run_as_non_root ?? false,
    runAsUser: user ? Number(user) : undefined,
    seccomp: (own.seccomp_profile?.[0] ?? ofPod.seccomp_profile?.[0])?.type,
    privileged: own.privileged ?? false,
    // Kubernetes allows what no setting forbids.
    allowPrivilegeEscalation: own.allow_privilege_escalation ?? true,
    readOnlyRootFilesystem: own.read_only_root_filesystem ?? false,
    added: capabilities?.add ?? [],
    dropped: capabilities?.drop ?? [],
  };
}
