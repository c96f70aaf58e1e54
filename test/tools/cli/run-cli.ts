import { ROOT } from '../../rules/sources.ts';
import { type Finished, type RunOptions, runToEnd } from '../../run-to-end.ts';

/** `npx shakesapp …` on this Node, until it ends. */
export const runCli = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  runToEnd(process.execPath, [`${ROOT}/tools/cli/main.ts`, ...args], { cwd: ROOT, ...options });
