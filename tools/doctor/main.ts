import { runTool } from '../command-line.ts';
import { lint } from './lint.ts';
import { preflight } from './preflight/command.ts';

const argv = process.argv.slice(2);
await runTool('doctor', () => (argv.includes('--preflight') ? preflight(argv) : lint(argv)));
