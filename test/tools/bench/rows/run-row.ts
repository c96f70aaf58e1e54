import { interleave } from '../../../../tools/bench/interleave.ts';
import { type OutcomeRow, outcomeOf } from '../../../../tools/bench/outcome.ts';
import type { Row, Starters } from '../../../../tools/bench/row.ts';

const none = (what: string) => () => Promise.reject(new Error(`the row needs no ${what}`));

/** The lines of a row after one round that counts; what it starts is given. */
export async function runRow(
  name: string,
  row: Row,
  starters: Partial<Starters>,
  { quick = true } = {},
): Promise<readonly OutcomeRow[]> {
  const opened = await row.open({
    quick,
    seed: 1,
    startSystem: none('system'),
    buildPrograms: none('images'),
    runCommand: none('command'),
    ...starters,
  });
  try {
    const isTimeOut = () => false;
    const samples = await interleave(opened, { rounds: 1, fewest: 1, isTimeOut });
    return opened.figures.map((figure) => outcomeOf(name, figure, samples));
  } finally {
    await opened.close?.();
  }
}
