import type { Profile } from './profile/profile.ts';
import { calledBy, callerOf, type Node } from './tree.ts';

/** Whom a program calls, where no span of the callee says so. */
type Callees = Readonly<Record<string, string>>;
export const CALLEES: Readonly<Record<Profile, Callees>> = {
  shakesapp: { loadgen: 'client', client: 'server' },
  general: {},
};

/** A span, and whom programs call. */
export type Calling = Readonly<{ node: Node; callees: Callees }>;

const FRONT_END_OF = 'g.co/r/cloud_run_revision/service_name';
const HOST_KEYS = ['server.address', 'net.peer.name', 'peer.service', 'rpc.service'];

export function calleeOf({ node, callees }: Calling): string {
  const served = calledBy(node).find(({ span }) => span.kind === 'server');
  if (served !== undefined && (node.frontEnd || node.span.kind === 'client')) return served.service;
  const front = node.frontEnd ? node : node.children.find(({ frontEnd }) => frontEnd);
  const caller = node.frontEnd ? callerOf(node)?.service : node.service;
  const { attributes } = node.span;
  const key = HOST_KEYS.find((candidate) => attributes[candidate]);
  return (
    front?.span.attributes[FRONT_END_OF] ??
    callees[caller ?? ''] ??
    (key && attributes[key]) ??
    hostOf(attributes['url.full'] ?? attributes['http.url']) ??
    'the called program'
  );
}

const hostOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;

/** A call to what makes no spans in any trace: storage, a database. */
export const isOutside = ({ node, callees }: Calling): boolean =>
  node.children.length === 0 && callees[node.service] === undefined;
