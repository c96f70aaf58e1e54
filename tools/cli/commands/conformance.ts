import { Command } from '@commander-js/extra-typings';
import { jsonFlag } from '../flags.ts';

export const conformanceCommand = () =>
  new Command('conformance')
    .summary('check a program of your own against the contract')
    .description(
      `Checks whether a program in any language can take the place of server, client or loadgen: its answers, errors, limits, health, deadlines and traces. docs/contract.md is what it checks; each finding names the section, what was sent, what came, and how to fix it.

It starts what the program needs (Cloud Storage with texts for the checks, a trace backend, a metadata server, and a stand-in for its neighbour in the chain), and gives the program the same environment as \`npm start -- --replace\`.`,
    )
    .optionsGroup('What to check (exactly one):')
    .option('--server <host:port>', 'a gRPC server; the port is where it listens')
    .option('--client <url>', 'an HTTP client such as http://localhost:8080')
    .option('--loadgen <url>', 'a load generator such as http://localhost:8080')
    .optionsGroup('How it starts:')
    .option(
      '--command <command>',
      'start it with this command in a shell; without it, start it yourself within 10 minutes, ' +
        'with the environment that is written to a file and printed',
    )
    .addOption(jsonFlag())
    .addHelpText(
      'after',
      `
Examples:
  npx shakesapp conformance --server localhost:5050 --command ./server
  npx shakesapp conformance --client http://localhost:8080 --command ./client
  npx shakesapp conformance --loadgen http://localhost:8081

Ctrl-C ends it, and the program that it started.
Exit code: 0 all checks hold; 1 findings, or a failure; 2 bad usage.
`,
    );

export type ConformanceFlags = ReturnType<ReturnType<typeof conformanceCommand>['opts']>;
