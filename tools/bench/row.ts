import type { RunCommand } from './run-command.ts';
import type { StartSystem } from './system/bench-system.ts';
import type { BuiltPrograms } from './system/built-programs.ts';

/** What one run of a variant gave. */
export type Sample = Readonly<{
  /** By metric, such as cpuMs; a metric's unit is its figure's. */
  metrics: Readonly<Record<string, number>>;
  /** What the variant found out; it must pass the row's check. */
  answer: unknown;
  /** Resident, of the measured processes together, at their highest so far. */
  peakMemoryMb?: number;
  /** CPU of the load, the local cloud and all else that took part, unmeasured. */
  othersCpuMs?: Readonly<Record<string, number>>;
}>;

export type Variant = Readonly<{ run(): Sample | Promise<Sample> }>;

/** A line of the table: one metric of one variant, against another variant or a limit. */
export type Figure = Readonly<{
  /** What this line is about, within the row. */
  variant: string;
  ours: string;
  /** A variant; a limit in the figure's unit; or null where there is nothing to compare with. */
  other: string | number | null;
  metric: string;
  unit: string;
  /** `other/ours` where more is better, as in "ten times as fast". Default: `ours/other`. */
  ratio?: 'ours/other' | 'other/ours';
  goal: Goal | null;
}>;

/** Bounds the ratio's median, our own figure's, or its highest value in any round. */
export type Goal = Readonly<{ of: 'ratio' | 'ours' | 'worst'; atMost?: number; atLeast?: number }>;

export type Opened = Readonly<{
  /** In the order in which each round runs them. */
  variants: Readonly<Record<string, Variant>>;
  figures: readonly Figure[];
  /** What is wrong with an answer; undefined where it is right. */
  check(answer: unknown, variant: string): string | undefined;
  close?(): Promise<void>;
}>;

/** Whatever is not in the row's process; tests put stand-ins in their place. */
export type Starters = Readonly<{
  startSystem: StartSystem;
  buildPrograms: () => Promise<BuiltPrograms>;
  runCommand: RunCommand;
}>;

export type RowOptions = Starters & Readonly<{ quick: boolean; seed: number }>;

/** One file of rows/ each; its name and what it compares are in tools/cli/commands/bench.ts. */
export type Row = Readonly<{
  /** Rounds after the one that warms up; fewer where the time is out. */
  rounds: Readonly<{ quick: number; full: number }>;
  open(options: RowOptions): Opened | Promise<Opened>;
}>;
