import { ofType } from './planned-pods.ts';
import type { Policy } from './policies.ts';

/** A teardown leaves nothing behind, and what stays does not grow without end. */
export const LIFETIME_POLICIES: Readonly<Record<string, Policy>> = {
  'a sample can be torn down': (resources) => [
    ...resources
      .filter(({ values }) => values.deletion_protection === true)
      .map(({ address }) => `${address} is protected from deletion`),
    ...ofType(resources, 'google_storage_bucket')
      .filter(({ values }) => values.force_destroy !== true)
      .map(({ address }) => `${address} would not go while it holds anything`),
    ...ofType(resources, 'google_storage_bucket')
      .filter(({ values }) => values.soft_delete_policy[0]?.retention_duration_seconds !== 0)
      .map(({ address }) => `${address} is kept, and billed, after it was deleted`),
  ],

  'a teardown leaves the APIs of the project on': (resources) =>
    ofType(resources, 'google_project_service')
      .filter(({ values }) => values.disable_on_destroy !== false)
      .map(({ address }) => `${address} would be disabled for everything else in the project`),

  'what builds leave does not grow without end': (resources) => [
    ...ofType(resources, 'google_storage_bucket')
      .filter(
        ({ values }) =>
          !values.lifecycle_rule.some(
            ({ action, condition }: { action: { type: string }[]; condition: { age: number }[] }) =>
              action[0]?.type === 'Delete' && (condition[0]?.age ?? 0) > 0,
          ),
      )
      .map(({ address }) => `${address} keeps archives without end`),
    ...ofType(resources, 'google_artifact_registry_repository')
      .filter(({ values }) => {
        const actions = values.cleanup_policies.map(({ action }: { action: string }) => action);
        // Without the second the first would delete what is deployed, once it is old enough.
        return !(actions.includes('DELETE') && actions.includes('KEEP'));
      })
      .map(({ address }) => `${address} keeps images without end, or not even the newest`),
  ],
};
