/** What one check found wrong, in words for the author of the program. */
export type Finding = Readonly<{
  /** What this tool sent or did. */
  sent: string;
  /** What the program answered or did. */
  came: string;
  fix: string;
}>;

/** Why there is nothing to say; it counts neither for nor against the program. */
export type Skipped = Readonly<{ skipped: string }>;

/** A heading of docs/contract.md, and the sentence that decides. */
export type Rule = Readonly<{ section: string; says: string }>;

export type Check = Readonly<{
  id: string;
  group: string;
  /** A fact that holds of a right program. */
  title: string;
  rule: Rule;
  /** Checks whose finding explains this one's too: it is left out after one of them. */
  after?: readonly string[];
  run(signal: AbortSignal): Promise<Finding | Skipped | null>;
}>;

type Outcome =
  | Readonly<{ outcome: 'holds' }>
  | Readonly<{ outcome: 'skipped'; reason: string }>
  | Readonly<{ outcome: 'finding'; finding: Finding }>;

export type Result = Pick<Check, 'id' | 'group' | 'title' | 'rule'> & Outcome;

/** The program is no longer there: nothing more can be said about it. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
}

/**
 * Runs the checks one after the other. Every call in a check has a deadline; an error of a check is
 * its finding.
 */
export async function runChecks(
  checks: readonly Check[],
  options: Readonly<{ signal: AbortSignal; onCheck?: (check: Check) => void }>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  // With what was left out after a finding: what follows that is explained by the same finding.
  const explained = new Set<string>();
  let gone: string | undefined;
  for (const check of checks) {
    options.signal.throwIfAborted();
    const { id, group, title, rule } = check;
    const add = (outcome: Outcome) => results.push({ id, group, title, rule, ...outcome });
    const cause = check.after?.find((earlier) => explained.has(earlier));
    if (gone !== undefined) add({ outcome: 'skipped', reason: gone });
    else if (cause !== undefined) {
      explained.add(id);
      add({ outcome: 'skipped', reason: `${cause} did not hold` });
    } else {
      options.onCheck?.(check);
      const { outcome, isGone } = await runOne(check, options.signal);
      if (outcome.outcome === 'finding') explained.add(id);
      if (isGone) gone = 'the program is gone';
      add(outcome);
    }
  }
  return results;
}

async function runOne(
  check: Check,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; isGone: boolean }> {
  const of = (outcome: Outcome, isGone = false) => ({ outcome, isGone });
  try {
    const found = await check.run(signal);
    if (found === null) return of({ outcome: 'holds' });
    if ('skipped' in found) return of({ outcome: 'skipped', reason: found.skipped });
    return of({ outcome: 'finding', finding: found });
  } catch (error) {
    if (signal.aborted) throw error;
    const came = error instanceof Error ? error.message : String(error);
    const fix = 'read what the program wrote last, and keep it running after every call';
    const isGone = error instanceof GoneError;
    return of({ outcome: 'finding', finding: { sent: check.title, came, fix } }, isGone);
  }
}
