/** What one check found wrong, in words for the author of the program. */
export type Finding = Readonly<{
  /** What this tool sent or did. */
  sent: string;
  /** What the program answered or did. */
  came: string;
  fix: string;
}>;

/** Why there is nothing to say; it counts neither for nor against the program. */
export type Skipped = Readonly<{
  skipped: string;
  /** Whether the checks that come after this one cannot be judged for the same reason. */
  explains?: boolean;
}>;

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

/** Nothing more can be said about the program: it is no longer there, or speaks another protocol. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
  readonly fix: string;
  /** Why the checks that follow are left out. */
  readonly reason: string;
  constructor(message: string, { fix = KEEP_RUNNING, reason = 'the program is gone' } = {}) {
    super(message);
    this.fix = fix;
    this.reason = reason;
  }
}

const KEEP_RUNNING = 'read what the program wrote last, and keep it running after every call';

/**
 * Runs the checks one after the other. Every call in a check has a deadline; an error of a check is
 * its finding.
 */
export async function runChecks(
  checks: readonly Check[],
  options: Readonly<{ signal: AbortSignal; onCheck?: (check: Check) => void }>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  // With what was left out after a finding: what follows that is explained by the same finding. The
  // value is that finding, or why nothing can be said.
  const explained = new Map<string, string>();
  let gone: string | undefined;
  for (const check of checks) {
    options.signal.throwIfAborted();
    const { id, group, title, rule } = check;
    const add = (outcome: Outcome) => results.push({ id, group, title, rule, ...outcome });
    const cause = check.after?.find((earlier) => explained.has(earlier));
    if (gone !== undefined) add({ outcome: 'skipped', reason: gone });
    else if (cause !== undefined) {
      const reason = explained.get(cause) ?? '';
      explained.set(id, reason);
      add({ outcome: 'skipped', reason });
    } else {
      options.onCheck?.(check);
      const { outcome, explains, goneReason } = await runOne(check, options.signal);
      if (outcome.outcome === 'finding') explained.set(id, `${id} did not hold`);
      if (outcome.outcome === 'skipped' && explains) explained.set(id, outcome.reason);
      gone = goneReason;
      add(outcome);
    }
  }
  return results;
}

async function runOne(
  check: Check,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; explains?: boolean | undefined; goneReason?: string }> {
  try {
    const found = await check.run(signal);
    if (found === null) return { outcome: { outcome: 'holds' } };
    if ('skipped' in found) {
      const { skipped: reason, explains } = found;
      return { outcome: { outcome: 'skipped', reason }, explains };
    }
    return { outcome: { outcome: 'finding', finding: found } };
  } catch (error) {
    if (signal.aborted) throw error;
    const came = error instanceof Error ? error.message : String(error);
    const isGone = error instanceof GoneError;
    const fix = isGone ? error.fix : KEEP_RUNNING;
    const finding: Finding = { sent: check.title, came, fix };
    return {
      outcome: { outcome: 'finding', finding },
      ...(isGone && { goneReason: error.reason }),
    };
  }
}
