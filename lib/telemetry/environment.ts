import { z } from 'zod';
import { excerpt } from './excerpt.ts';

/**
 * One schema per environment variable. Its description is the documentation's text for it; with
 * `secret: true` in its meta data no value of it is printed, and with `beside` its value is taken only
 * if that finds nothing wrong with it beside those of the other variables.
 */
export type Variables = Readonly<Record<string, z.ZodType>>;

/**
 * What is allowed instead of a variable's value, given the values of all variables that are right;
 * undefined if the value may stay. Called only where the variable is set.
 */
export type Beside = (value: unknown, all: Readonly<Record<string, unknown>>) => string | undefined;

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
    const beside = schema.meta()?.beside as Beside | undefined;
    if (beside === undefined || !env[variable] || !(variable in parsed)) continue;
    const allowed = beside(parsed[variable], parsed);
    if (allowed === undefined) continue;
    problems.push({ variable, value: shown(env[variable], schema), allowed });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(parsed) as Config<V>;
}

/** Of a wrong value; a table of known queries can have thousands of characters. */
const MOST_SHOWN = 500;

/**
 * A wrong value as it may be printed: a secret not at all, an address without user, password and
 * query. What is wrong with it may be its form, so everything before the last @ counts as those.
 */
function shown(value: string | undefined, schema: z.ZodType): string | undefined {
  if (value === undefined) return undefined;
  if (schema.meta()?.secret === true) return '(not shown)';
  const lastAt = value.lastIndexOf('@');
  const [scheme = ''] = /^\w+:\/\//.exec(value) ?? [];
  const anonymous = lastAt === -1 ? value : `${scheme}(not shown)${value.slice(lastAt)}`;
  return excerpt(anonymous.replace(/(:\/\/[^?]*\?).+/s, '$1(not shown)'), MOST_SHOWN);
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

/** For a number's `beside`: no larger than the other variable's. */
export function atMost(other: string): Beside {
  return (value, all) =>
    Number(value) > Number(all[other]) ? `at most ${other}, which is ${all[other]}` : undefined;
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
