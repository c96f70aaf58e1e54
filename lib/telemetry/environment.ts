import { z } from 'zod';

/**
 * One schema per environment variable. Its description is the documentation's text for it; with
 * `secret: true` in its meta data no value of it is printed, and with `atMost: 'OTHER'` no number is
 * taken that is larger than the other variable's.
 */
export type Variables = Readonly<Record<string, z.ZodType>>;

export type Config<V extends Variables> = Readonly<{ [K in keyof V]: z.output<V[K]> }>;

/** One variable that is missing or wrong: its name, the value found and what is allowed. */
export type Problem = Readonly<{ variable: string; value: string | undefined; allowed: string }>;

/** Every problem of an environment at once, so that one start reports all that must be fixed. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(
      [
        `${problems.length} environment variable${problems.length === 1 ? ' is' : 's are'} wrong:`,
        ...problems.map(
          ({ variable, value, allowed }) =>
            `  ${variable}: ${value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`}; allowed: ${allowed}`,
        ),
      ].join('\n'),
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Parses the named variables, each by its own schema; an empty value counts as unset, as
 * OpenTelemetry's specification has it. Throws ConfigError with every problem.
 */
export function parseEnv<V extends Variables>(variables: V, env: NodeJS.ProcessEnv): Config<V> {
  const problems: Problem[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [variable, schema] of Object.entries(variables)) {
    const value = env[variable] === '' ? undefined : env[variable];
    const result = schema.safeParse(value);
    if (result.success) parsed[variable] = result.data;
    else {
      const allowed = result.error.issues.map((issue) => issue.message).join('; ');
      problems.push({ variable, value: shown(value, schema), allowed });
    }
  }
  for (const [variable, schema] of Object.entries(variables)) {
    const limit = schema.meta()?.atMost;
    if (!env[variable] || typeof limit !== 'string') continue;
    const [number, most] = [parsed[variable], parsed[limit]].map(Number);
    if (number === undefined || most === undefined || !(number > most)) continue;
    const allowed = `at most ${limit}, which is ${most}`;
    problems.push({ variable, value: env[variable], allowed });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed) as Config<V>;
}

/** A wrong value as it may be printed: a secret not at all, a URL without its user and password. */
function shown(value: string | undefined, schema: z.ZodType): string | undefined {
  if (value === undefined) return undefined;
  if (schema.meta()?.secret === true) return '(not shown)';
  return value.replaceAll(/:\/\/[^/?#]*@/g, '://(not shown)@');
}

/** parseEnv for an entry file: prints what is wrong and exits 2 before any socket is opened. */
export function parseEnvOrExit<V extends Variables>(
  variables: V,
  env: NodeJS.ProcessEnv = process.env,
): Config<V> {
  try {
    return parseEnv(variables, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

// Builders: each says what is allowed in words, so that messages never show a schema's internals.

/** A whole number within bounds. Rejects '', '1e3', '0x10' and anything else but digits. */
export function integer(bounds: { min: number; max: number; default: number }) {
  return wholeNumber(bounds.min, bounds.max).default(bounds.default);
}

/** The same without a default. */
export function wholeNumber(min: number, max: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: allowed, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, allowed).max(max, allowed));
}

/** One of a closed list of words. */
export function oneOf<const W extends readonly [string, ...string[]]>(words: W, preset: W[number]) {
  return z.enum(words, { error: `one of ${words.join(', ')}` }).default(preset as never);
}

/** Any text, bounded, without control characters. */
export function text(allowed: string, preset?: string) {
  const schema = z
    .string({ error: allowed })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
    .regex(/^[^\u0000-\u001f\u007f]{1,2048}$/, { error: allowed });
  return preset === undefined ? schema : schema.default(preset);
}
