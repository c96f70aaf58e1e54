import { ATTR, SERVICES, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import { type Answer, answerOf } from './answer.ts';
import { type Attributes, perAttributes } from './per-attributes.ts';

/** What follows from a span's attributes alone. */
export type Facts = Readonly<{
  /** Whether the program that made the span says which it is. */
  hasProgramName: boolean;
  service: string;
  /** One of the three programs, under its own name. */
  ofTheSystem: boolean;
  answer: Answer | null;
  errorType: string | undefined;
  /** What Cloud Trace's own label says of the error; it alone says that the span failed. */
  labelledError: string | undefined;
  /** The answer that it says is not the known one; null where it says none. */
  wrongCount: WrongCount | null;
  /** Something that only this system's own telemetry writes. */
  marked: boolean;
  /** Envoy, which a mesh puts beside a program, often under that program's name. */
  proxy: boolean;
  /** Made by an SDK of another language. */
  ofAnotherLanguage: boolean;
  coldStart: boolean;
  endedAfterStop: boolean;
  parentExternal: boolean;
  /** Of what served it, with its service's name; null where it names none. */
  instance: string | null;
  /** Values of HOST_KEYS; null where it has none. */
  hosts: readonly (string | undefined)[] | null;
}>;

/** Service shown for spans of a program that names none. */
export const UNNAMED = 'unnamed service';

/**
 * Where a program's name stands: `service.name`, or what Cloud Trace's exporters make of it where
 * they map the resource to a monitored one.
 */
export const PROGRAM_NAMES = [
  'service.name',
  'g.co/r/generic_task/job',
  'g.co/r/k8s_container/container_name',
  'k8s.container.name',
  'faas.name',
] as const;

/** Where only the platform's own name of the service stands, which its front end writes too. */
export const PLATFORM_NAMES = [
  'g.co/r/cloud_run_revision/service_name',
  'g.co/r/cloud_function/function_name',
  'g.co/r/gae_app/module_id',
  'g.co/r/k8s_pod/pod_name',
  'g.co/r/gce_instance/instance_id',
] as const;

/** Attributes that name a machine or its kernel: who shares one reads the same clock. */
const HOST_KEYS = [
  ...['host.id', 'k8s.node.uid', 'k8s.node.name', 'k8s.pod.uid'],
  // As Cloud Trace's exporters write the resource.
  ...['g.co/r/gce_instance/instance_id', 'g.co/r/k8s_node/node_name'],
  'host.name',
];

export const factsOf = perAttributes((attributes): Facts => {
  const programName = firstOf(PROGRAM_NAMES, attributes);
  const service = programName ?? firstOf(PLATFORM_NAMES, attributes) ?? UNNAMED;
  const hosts = HOST_KEYS.map((key) => attributes[key]);
  const instance = instanceIn(attributes);
  return {
    hasProgramName: programName !== undefined,
    service,
    ofTheSystem: programName !== undefined && (SERVICES as readonly string[]).includes(service),
    answer: answerOf({ attributes }),
    errorType: attributes[ATTR.errorType] ?? (attributes['/error/name'] || undefined),
    labelledError: attributes['/error/message'] || undefined,
    wrongCount: wrongCountIn(attributes),
    marked: isMarked(attributes),
    proxy: attributes.component === 'proxy',
    ofAnotherLanguage: isOfAnotherLanguage(attributes),
    coldStart: attributes[ATTR.coldStart] === 'true',
    endedAfterStop: attributes[ATTR.endedAfterStop] === 'true',
    parentExternal: attributes[ATTR.parentExternal] === 'true',
    instance: instance === undefined ? null : `${service} ${instance}`,
    hosts: hosts.every((host) => host === undefined) ? null : hosts,
  };
});

function firstOf(keys: readonly string[], attributes: Attributes): string | undefined {
  for (const key of keys) if (attributes[key]) return attributes[key];
  return undefined;
}

export type WrongCount = Readonly<{ query: string; count: string; expected: string }>;

function wrongCountIn(attributes: Attributes): WrongCount | null {
  const { [ATTR.matchCount]: count, [ATTR.expectedCount]: expected } = attributes;
  const differs = count !== undefined && expected !== undefined && count !== expected;
  if (attributes[ATTR.errorType] !== UNEXPECTED_RESULT && !differs) return null;
  return { query: attributes[ATTR.query] ?? '?', count: count ?? '?', expected: expected ?? '?' };
}

function isMarked(attributes: Attributes): boolean {
  for (const key in attributes) if (key.startsWith('shakesapp.')) return true;
  return false;
}

/** An SDK says so itself: in its resource, or where Google's exporters for Cloud Trace name it. */
function isOfAnotherLanguage(attributes: Attributes): boolean {
  const language = attributes['telemetry.sdk.language'];
  if (language !== undefined) return language !== 'nodejs';
  const agent = attributes['g.co/agent'];
  return agent !== undefined && !agent.includes('opentelemetry-js');
}

/** Cloud Run names its instances, GKE its pods; service.instance.id is OpenTelemetry's own name. */
const instanceIn = (attributes: Attributes): string | undefined =>
  attributes['faas.instance'] ?? attributes['k8s.pod.name'] ?? attributes['service.instance.id'];

/**
 * Whether two spans are known to be of one host. The first key that both have decides, so that equal
 * names of two machines with different ids are no match.
 */
export function shareHost(one: Facts, other: Facts): boolean {
  if (one.hosts === null || other.hosts === null) return false;
  for (let at = 0; at < one.hosts.length; at += 1) {
    const [here, there] = [one.hosts[at], other.hosts[at]];
    if (here !== undefined && there !== undefined) return here === there;
  }
  return false;
}
