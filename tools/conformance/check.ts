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
  /** What the contract says of it; undefined: what it says of the check where it came up. */
  readonly rule: Rule | undefined;
  constructor(
    message: string,
    {
      fix = KEEP_RUNNING,
      reason = 'the program is gone',
      rule,
    }: Readonly<{ fix?: string; reason?: string; rule?: Rule }> = {},
  ) {
    super(message);
    this.fix = fix;
    this.reason = reason;
    this.rule = rule;
  }
}

const KEEP_RUNNING = 'read what the program wrote last, and keep it running after every call';

/**
 * Runs the checks one after the other. Every call in a check has a deadline; an error of a check is
 * its finding. Ends at once where the signal aborts, with its reason.
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
    const { id, group, title } = check;
    const add = (outcome: Outcome, rule = check.rule) =>
      results.push({ id, group, title, rule, ...outcome });
    const cause = check.after?.find((earlier) => explained.has(earlier));
    if (gone !== undefined) add({ outcome: 'skipped', reason: gone });
    else if (cause !== undefined) {
      const reason = explained.get(cause) ?? '';
      explained.set(id, reason);
      add({ outcome: 'skipped', reason });
    } else {
      options.onCheck?.(check);
      const { outcome, explains, gone: found } = await runOne(check, options.signal);
      if (outcome.outcome === 'finding') explained.set(id, `${id} did not hold`);
      if (outcome.outcome === 'skipped' && explains) explained.set(id, outcome.reason);
      gone = found?.reason;
      add(outcome, found?.rule);
    }
  }
  return results;
}

async function runOne(
  check: Check,
  signal: AbortSignal,
): Promise<{ outcome: Outcome; explains?: boolean | undefined; gone?: GoneError }> {
  try {
    const found = await orAborted(check.run(signal), signal);
    if (found === null) return { outcome: { outcome: 'holds' } };
    if ('skipped' in found) {
      const { skipped: reason, explains } = found;
      return { outcome: { outcome: 'skipped', reason }, explains };
    }
    return { outcome: { outcome: 'finding', finding: found } };
  } catch (error) {
    signal.throwIfAborted();
    const came = error instanceof Error ? error.message : String(error);
    const gone = error instanceof GoneError ? error : undefined;
    const finding: Finding = { sent: check.title, came, fix: gone?.fix ?? KEEP_RUNNING };
    return { outcome: { outcome: 'finding', finding }, ...(gone && { gone }) };
  }
}

/** What a check waits for in between does not all end with the signal. */
async function orAborted<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
