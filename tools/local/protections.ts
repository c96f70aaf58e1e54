import { UsageError } from '../cli/command-line.ts';
import type { ProgramName } from './platforms/platform.ts';

/** What docs/codelab turns off and on again. */
export const PROTECTIONS = ['parent', 'sampled-flag', 'flush', 'drain', 'health-checks'] as const;
export type Protection = (typeof PROTECTIONS)[number];

/** A protection that is off, in one program or in all. */
export type Without = Readonly<{ protection: Protection; program: ProgramName | null }>;

const VALUE = /^(?:(loadgen|client|server)\/)?([a-z-]+)$/;

/** Throws UsageError. */
export function parseWithout(value: string): Without {
  const [, program, name] = VALUE.exec(value) ?? [];
  const protection = PROTECTIONS.find((each) => each === name);
  if (protection !== undefined) {
    return { protection, program: (program as ProgramName | undefined) ?? null };
  }
  throw new UsageError(
    `--without is ${JSON.stringify(value)}; allowed: one of ${PROTECTIONS.join(', ')}, in all ` +
      'programs or with loadgen/, client/ or server/ before it in that one, for example server/flush',
  );
}

const RESTORING: ReadonlySet<string> = new Set(['b3', 'b3multi']);

/** The variables that turn a protection off. */
const OFF: Readonly<
  Record<Protection, (propagators: readonly string[]) => Readonly<Record<string, string>>>
> = {
  parent: (propagators) => ({
    OTEL_PROPAGATORS: propagators.filter((name) => !RESTORING.has(name)).join(',') || 'none',
  }),
  'sampled-flag': () => ({ MISSING_SAMPLED_FLAG: 'drop' }),
  flush: () => ({ SPAN_FLUSH: 'background' }),
  drain: () => ({ SPAN_DRAIN: 'never' }),
  'health-checks': () => ({ HEALTH_CHECK_SPANS: 'true' }),
};

export function withoutEnv(
  without: readonly Without[],
  program: ProgramName,
  propagators: readonly string[],
): Record<string, string> {
  const off = without.filter((one) => one.program === null || one.program === program);
  return Object.assign({}, ...off.map(({ protection }) => OFF[protection](propagators)));
}

/** Turned off on purpose, so that nobody takes the damage for a finding. */
export const renderWithout = ({ protection, program }: Without): string =>
  `protection off: ${protection} in ${program ?? 'every program'}`;
