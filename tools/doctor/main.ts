import { runTool } from '../cli/command-line.ts';
import { refuseFlagsTakenByNpm } from '../cli/npm-flags.ts';
import { lint } from './lint.ts';
import { FLAG_NAMES } from './options.ts';
import { preflight } from './preflight/command.ts';
import { PREFLIGHT_FLAG_NAMES } from './preflight/options.ts';

const argv = process.argv.slice(2);
await runTool('doctor', () => {
  refuseFlagsTakenByNpm(
    process.env,
    [...new Set([...PREFLIGHT_FLAG_NAMES, ...FLAG_NAMES])],
    'npm run doctor',
  );
  return argv.includes('--preflight') ? preflight(argv) : lint(argv);
});
