import { missingEdges } from '../traces/completeness.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import type { ProgramName } from './platforms/platform.ts';

/** How much of the system makes spans: the steps of docs/codelab. */
export const LEVELS = ['none', 'loadgen', 'http', 'grpc', 'all'] as const;
export type Level = (typeof LEVELS)[number];

const PROGRAMS: readonly ProgramName[] = ['loadgen', 'client', 'server'];

/**
 * What is patched in each program, beside the spans that its own code makes. A program that is absent
 * has no SDK at all: it would otherwise begin other traces, because nobody hands it one.
 */
const PATCHED: Readonly<Record<Level, Readonly<Partial<Record<ProgramName, readonly string[]>>>>> =
  {
    none: {},
    loadgen: { loadgen: [] },
    http: { loadgen: ['http'], client: ['http'] },
    grpc: { loadgen: ['http'], client: ['http', 'grpc'], server: ['grpc'] },
    all: { loadgen: ['http', 'grpc'], client: ['http', 'grpc'], server: ['http', 'grpc'] },
  };

/** The programs without an SDK. */
export const darkPrograms = (level: Level): readonly ProgramName[] =>
  PROGRAMS.filter((program) => PATCHED[level][program] === undefined);

/** Whether spans say which requests were cold: those of `client` do, and without them nobody knows. */
export const knowsColdAt = (level: Level): boolean => !darkPrograms(level).includes('client');

/** The variables by which a program's preload knows its level. */
export function instrumentEnv(level: Level, program: ProgramName): Record<string, string> {
  if (level === 'all') return {};
  const patched = PATCHED[level][program];
  return patched === undefined
    ? { OTEL_SDK_DISABLED: 'true' }
    : { OTEL_NODE_ENABLED_INSTRUMENTATIONS: patched.join(',') || 'none' };
}

/** The edge at which the traces of a level end. */
const LAST_EDGE: Readonly<Partial<Record<Level, RegExp>>> = {
  loadgen: /^loadgen → HTTP client span$/,
  http: /^client → gRPC client span$/,
  grpc: /^works\.read → HTTP client spans of /,
};

/** What a trace lacks of what its level makes. */
export const lackingAt =
  (level: Level) =>
  (tree: NormalisedTrace): readonly string[] =>
    missingEdges(tree).filter((edge) => !LAST_EDGE[level]?.test(edge));

/** What people read of a trace that has everything that its level makes. */
export const completeAt = (level: Level): string =>
  level === 'all' ? 'complete' : `complete for --instrument ${level}`;

/** What is instrumented, in one line; undefined where everything is. */
export function renderLevel(level: Level): string | undefined {
  if (level === 'all') return undefined;
  const dark = darkPrograms(level);
  const lit = PROGRAMS.flatMap((program) => {
    const patched = PATCHED[level][program];
    return patched === undefined ? [] : `${program} (${['own spans', ...patched].join(', ')})`;
  });
  return [
    `instrumented: ${lit.join(', ') || 'nothing'}`,
    ...(dark.length > 0 ? [`without telemetry: ${dark.join(', ')}`] : []),
  ].join('; ');
}
