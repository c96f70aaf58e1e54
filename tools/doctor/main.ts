import { runTool } from '../command-line.ts';
import { lint } from './lint.ts';

await runTool('doctor', () => lint(process.argv.slice(2)));
