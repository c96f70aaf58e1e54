import fc from 'fast-check';
import { byForm } from '../form.ts';

/** The same inputs on every run. `--seed` takes others, or those of a run that failed. */
const SEED = Number(process.env.FAULTS_SEED ?? 20_261_126);

/** What became of one input that is no failure. */
export type Verdict = 'accepted' | 'refused';

export type Surface<T> = Readonly<{
  name: string;
  /** How many inputs, by the form that runs. */
  quick: number;
  full: number;
  input: fc.Arbitrary<T>;
  /** Throws where the input is a failure; fast-check then looks for the smallest one that fails. */
  judge(input: T): Verdict | Promise<Verdict>;
}>;

/** One line of the table of faults. */
export type SurfaceResult = Readonly<{
  surface: string;
  inputs: number;
  accepted: number;
  refused: number;
  failures: number;
  seed: number;
}>;

/**
 * Sends the inputs of one surface and prints a SurfaceResult as one line of JSON. Rejects with seed,
 * path and the smallest input where one fails, and where no input is accepted or none is refused:
 * a generator that makes only one of them tests nothing.
 */
export async function fuzz<T>({ name, quick, full, input, judge }: Surface<T>): Promise<void> {
  const counted = { accepted: 0, refused: 0 };
  const property = fc.asyncProperty(input, async (one) => {
    counted[await judge(one)] += 1;
  });
  const details = await fc.check(property, { seed: SEED, numRuns: byForm(quick, full) });
  const result: SurfaceResult = {
    surface: name,
    inputs: details.numRuns,
    ...counted,
    failures: details.failed ? 1 : 0,
    seed: SEED,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (details.failed) {
    throw new Error(`${name}: ${fc.defaultReportMessage(details)}`, {
      cause: details.errorInstance,
    });
  }
  if (counted.accepted === 0 || counted.refused === 0) {
    throw new Error(`${name}: ${counted.accepted} accepted and ${counted.refused} refused`);
  }
}
