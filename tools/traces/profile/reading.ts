import { UsageError } from '../../cli/command-line.ts';
import type { Profile, Reading } from './profile.ts';
import { parseRoot } from './root-pattern.ts';

/** What the flags come to; `general`: other flags that only the general profile knows. Throws UsageError. */
export function readingOf(
  { profile, root }: Readonly<{ profile?: Profile; root?: string }>,
  general: readonly string[] = [],
): Reading {
  const implying = [...(root === undefined ? [] : ['--root']), ...general];
  if (implying.length === 0) return { profile: profile ?? null, root: null };
  if (profile === 'shakesapp') {
    throw new UsageError(
      `${implying.join(' and ')} and --profile shakesapp exclude each other: its requests and pairs are known`,
    );
  }
  return { profile: 'general', root: root === undefined ? null : parseRoot(root) };
}

/** Spans of any system, where the user does not ask for others: the usual filter takes one alone. */
export const filterOf = ({ profile }: Reading, filter: string | undefined): string | undefined =>
  filter ?? (profile === 'general' ? '' : undefined);
