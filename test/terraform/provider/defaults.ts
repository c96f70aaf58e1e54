import type { Block, TypeConstraint } from './schema.ts';
import { type ObjectValue, objectsOf, UNKNOWN, type Value } from './value.ts';

/**
 * What the real providers put where a configuration says nothing, read from their Go schemas and
 * expand functions: the published bindings, and so the fixture, lack it. Only blocks that the roots
 * use are listed, each by its own name and its parent's, with the defaults of the schema. A bool
 * without one goes out as false, because those functions cannot tell "unset" from "false". Numbers
 * and texts without one go out as 0 and "", which the APIs read as unset: here they stay null.
 */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  kubernetes_deployment_v1: { wait_for_rollout: true },
  'kubernetes_deployment_v1.spec': {
    min_ready_seconds: 0,
    progress_deadline_seconds: 600,
    revision_history_limit: 10,
  },
  'spec.strategy': { type: 'RollingUpdate' },
  'strategy.rolling_update': { max_surge: '25%', max_unavailable: '25%' },
  'kubernetes_cron_job_v1.spec': {
    concurrency_policy: 'Allow',
    failed_jobs_history_limit: 1,
    starting_deadline_seconds: 0,
    successful_jobs_history_limit: 3,
  },
  'job_template.spec': { backoff_limit: 6, completions: 1, parallelism: 1 },
  'template.spec': {
    automount_service_account_token: true,
    dns_policy: 'ClusterFirst',
    enable_service_links: true,
    restart_policy: 'Always',
    termination_grace_period_seconds: 30,
  },
  'spec.container': { termination_message_path: '/dev/termination-log' },
  'spec.init_container': { termination_message_path: '/dev/termination-log' },
  'container.port': { protocol: 'TCP' },
  'container.security_context': { allow_privilege_escalation: true },
  'init_container.security_context': { allow_privilege_escalation: true },
  'security_context.seccomp_profile': { type: 'Unconfined' },
  'value_from.field_ref': { api_version: 'v1' },
  'container.startup_probe': { failure_threshold: 3, ...probe() },
  'container.readiness_probe': { failure_threshold: 3, ...probe() },
  'container.liveness_probe': { failure_threshold: 3, ...probe() },
  'startup_probe.http_get': { scheme: 'HTTP' },
  'readiness_probe.http_get': { scheme: 'HTTP' },
  'liveness_probe.http_get': { scheme: 'HTTP' },
  kubernetes_service_account_v1: { automount_service_account_token: true },
  kubernetes_service_v1: { wait_for_load_balancer: true },
  'kubernetes_service_v1.spec': {
    allocate_load_balancer_node_ports: true,
    session_affinity: 'None',
    type: 'ClusterIP',
  },
  'spec.port': { protocol: 'TCP' },
  'ingress.ports': { protocol: 'TCP' },
  'egress.ports': { protocol: 'TCP' },

  google_cloud_run_v2_service: { deletion_protection: true },
  'containers.startup_probe': { failure_threshold: 3, initial_delay_seconds: 0, ...probe() },
  'containers.liveness_probe': { failure_threshold: 3, initial_delay_seconds: 0, ...probe() },
  google_cloud_scheduler_job: { attempt_deadline: '180s', time_zone: 'Etc/UTC' },
  google_compute_network: { auto_create_subnetworks: true },
  google_project_service: { disable_on_destroy: true },
  google_container_cluster: { deletion_protection: true, enable_shielded_nodes: true },
};

/** A Job's pods may not be restarted without end, so their block has another default. */
const JOB_DEFAULTS: typeof DEFAULTS = { 'template.spec': { restart_policy: 'Never' } };

function probe(): Readonly<Record<string, Value>> {
  return { period_seconds: 10, success_threshold: 1, timeout_seconds: 1 };
}

/** A copy of a resource's configuration in which what the user left unset is what the provider sends. */
export function fillDefaults(type: string, block: Block, config: ObjectValue): ObjectValue {
  return fill(block, config, { parent: '', own: type, isJob: type === 'kubernetes_cron_job_v1' });
}

type Place = Readonly<{ parent: string; own: string; isJob: boolean }>;

function fill(block: Block, value: ObjectValue, place: Place): ObjectValue {
  const path = place.parent === '' ? place.own : `${place.parent}.${place.own}`;
  const defaults = { ...DEFAULTS[path], ...(place.isJob ? JOB_DEFAULTS[path] : {}) };
  const filled: Record<string, Value> = { ...value };
  for (const [name, [type, presence]] of Object.entries(block.attributes)) {
    if (presence !== 'optional' || (value[name] ?? null) !== null) continue;
    filled[name] = defaults[name] ?? zeroOf(type);
  }
  for (const [name, nested] of Object.entries(block.blocks)) {
    const old = value[name] ?? null;
    const inner = { parent: place.own, own: name, isJob: place.isJob };
    // Terraform finds an element of a set again by the values of the configuration.
    if (old === UNKNOWN || nested.nesting !== 'list') continue;
    filled[name] = objectsOf(old).map((item) => fill(nested.block, item, inner));
  }
  return filled;
}

const zeroOf = (type: TypeConstraint): Value => (type === 'bool' ? false : null);
