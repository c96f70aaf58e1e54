import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from './command-line.ts';
import { npmHint } from './explain-usage.ts';
import { muteMetadataWarning } from './metadata-warning.ts';
import { createCommandLine, type Invocation } from './read-command-line.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Each command loads its tool only here, after its flags were read and found right. */
async function run(invocation: Invocation): Promise<number> {
  switch (invocation.command) {
    case 'help':
      process.stdout.write(invocation.text);
      return 0;
    case 'up': {
      await import('../local/light-http.ts');
      const { parseOptions } = await import('../local/options.ts');
      const options = parseOptions(invocation.flags);
      return (await import('../local/main.ts')).run(options);
    }
    case 'compare': {
      const { parseOptions } = await import('../compare/options.ts');
      const options = parseOptions(invocation.flags, Date.now());
      return (await import('../compare/main.ts')).run(options);
    }
    case 'doctor': {
      const { parseOptions } = await import('../doctor/options.ts');
      const options = parseOptions(invocation.flags, Date.now());
      return (await import('../doctor/lint.ts')).run(options);
    }
    case 'preflight': {
      const { parseOptions } = await import('../doctor/preflight/options.ts');
      const options = parseOptions(invocation.flags);
      return (await import('../doctor/preflight/command.ts')).run(options);
    }
    case 'load': {
      const { parseOptions } = await import('../load/options.ts');
      const options = parseOptions(invocation.flags);
      return (await import('../load/main.ts')).run(options);
    }
    case 'queries': {
      const { parseOptions } = await import('../queries/options.ts');
      const options = parseOptions(invocation.flags);
      return (await import('../queries/main.ts')).run(options);
    }
    case 'conformance': {
      const { parseOptions } = await import('../conformance/options.ts');
      const options = parseOptions(invocation.flags);
      return (await import('../conformance/main.ts')).run(options);
    }
    case 'bench':
      return (await import('../bench/main.ts')).run(invocation.flags);
  }
}

muteMetadataWarning();
const argv = process.argv.slice(2);
const packageFile = readFileSync(join(ROOT, 'package.json'), 'utf8');
// Only the formats know what is read, and only help says it: nothing else waits for them to load.
const readable = argv.some((word) => word === '--help' || word === '-h')
  ? (await import('../traces/sources/format-names.ts')).READABLE
  : null;
const commandLine = createCommandLine(JSON.parse(packageFile).version, readable);
await runTool(
  commandLine.nameOf(argv),
  () => run(commandLine.read(argv, process.env)),
  npmHint(argv.slice(1), process.env),
);
