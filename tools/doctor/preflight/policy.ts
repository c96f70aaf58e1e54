import { z } from 'zod';
import type { Context } from './check.ts';
import { ApiError } from './google-api.ts';

const policySchema = z.object({
  bindings: z
    .array(
      z.object({
        role: z.string(),
        members: z.array(z.string()).default([]),
        condition: z.unknown().optional(),
      }),
    )
    .default([]),
});

export type Policy = z.output<typeof policySchema>;

export const parsePolicy = (answer: unknown): Policy => policySchema.parse(answer);

export const membersOf = ({ bindings }: Policy, roles: readonly string[]): string[] =>
  bindings.filter(({ role }) => roles.includes(role)).flatMap(({ members }) => members);

export async function readProjectPolicy({ api, options }: Context): Promise<Policy> {
  const path = `/v3/projects/${options.projectId}:getIamPolicy`;
  return parsePolicy(
    await api.post('cloudresourcemanager', path, { options: { requestedPolicyVersion: 3 } }),
  );
}

/** Whom the world goes by. */
export const EVERYBODY = ['allUsers', 'allAuthenticatedUsers'];

const roleSchema = z.object({ includedPermissions: z.array(z.string()).default([]) });

/**
 * Of these permissions the ones that no binding gives to the member, custom roles included. A
 * binding with a condition is not counted: what it comes to depends on the request.
 */
export async function lackingPermissions(
  { api }: Context,
  member: string,
  policies: readonly Policy[],
  permissions: readonly string[],
): Promise<readonly string[]> {
  const roles = policies
    .flatMap(({ bindings }) => bindings)
    .filter(({ condition }) => condition === undefined)
    .filter(({ members }) => [member, ...EVERYBODY].some((one) => members.includes(one)))
    .map(({ role }) => role);
  const given = new Set<string>();
  for (const role of new Set(roles)) {
    for (const permission of await readRole(api, role)) given.add(permission);
  }
  return permissions.filter((permission) => !given.has(permission));
}

async function readRole(api: Context['api'], role: string): Promise<readonly string[]> {
  try {
    return roleSchema.parse(await api.get('iam', `/v1/${role}`)).includedPermissions;
  } catch (error) {
    // A custom role that was deleted stays in policies, and gives nothing.
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}
