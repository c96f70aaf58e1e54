import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { z } from 'zod';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import { ConfigError, parseEnv, type Variables } from '../../../lib/config.ts';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import { clientVariables } from '../../../services/client/config.ts';
import { serverVariables } from '../../../services/server/config.ts';
import { SECRET, variableValue } from './configuration-values.ts';
import { isLegalValue } from './legal-values.ts';
import { fuzz, type Verdict } from './surface.ts';

const PROGRAMS: readonly Variables[] = [
  { ...telemetryVariables, ...loadgenVariables },
  { ...telemetryVariables, ...clientVariables },
  { ...telemetryVariables, ...serverVariables },
];
/** What each program needs to start. */
const NEEDED: Readonly<Record<string, string>> = {
  GOOGLE_CLOUD_PROJECT: 'test-project',
  OTEL_SERVICE_NAME: 'test',
  CLIENT_ADDR: 'client:80',
  SERVER_ADDR: 'server:5050',
};
const BATCH = 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE';
const QUEUE = 'OTEL_BSP_MAX_QUEUE_SIZE';
/** Those that are refused beside some values of others. */
const BESIDE: readonly string[] = [
  BATCH,
  'CLIENT_ADDR',
  'SERVER_ADDR',
  'STORAGE_API_ENDPOINT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
];
const variableNames = [...new Set(PROGRAMS.flatMap((program) => Object.keys(program)))];
const variable = fc.tuple(fc.constantFrom(...variableNames), variableValue);
const environment = fc.oneof(
  { weight: 3, arbitrary: fc.array(variable, { minLength: 1, maxLength: 1 }) },
  fc.array(variable, { minLength: 2, maxLength: 6 }),
);

test('every variable is taken as legal, or refused with its name, the value and what is allowed', async () => {
  await fuzz({
    name: 'configuration',
    quick: 2_700,
    full: 30_000,
    input: fc.tuple(fc.nat(PROGRAMS.length - 1), environment),
    judge: ([index, pairs]): Verdict => {
      const variables = PROGRAMS[index] ?? {};
      const set = Object.fromEntries(pairs.filter(([name]) => Object.hasOwn(variables, name)));
      const env = { ...NEEDED, ...set };
      const wrong = Object.entries(set)
        .filter(([name, text]) => text !== '' && isLegalValue(name, text) === false)
        .map(([name]) => name);
      for (const name of Object.keys(NEEDED)) {
        if (env[name] === '' && Object.hasOwn(variables, name)) wrong.push(name);
      }
      try {
        const config = parseEnv(variables, env);
        assert.deepEqual(wrong, [], 'accepted');
        assert.ok(Object.isFrozen(config));
        const isPlain = config.K_SERVICE !== undefined && config.ALLOW_PLAINTEXT_UPSTREAM !== true;
        for (const name of ['CLIENT_ADDR', 'SERVER_ADDR'])
          if (isPlain && name in config) assert.ok(env[name]?.startsWith('https://'), name);
        // By default the batch is as small as the queue, and nobody is told.
        if (set[BATCH]) assert.ok(Number(config[BATCH]) <= Number(config[QUEUE]));
        return 'accepted';
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        assertSaid(error, env, variables);
        const named = error.problems.map(({ variable }) => variable);
        // What is refused because of another variable's value is no matter of one value.
        assert.deepEqual(
          named
            .filter((name) => isLegalValue(name, '') !== undefined)
            .filter((name) => !BESIDE.includes(name) || wrong.includes(name))
            .sort(),
          [...wrong].sort(),
        );
        return 'refused';
      }
    },
  });
});

function assertSaid(
  { message, problems }: ConfigError,
  env: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, z.ZodType>>,
): void {
  for (const { variable, allowed } of problems) {
    assert.ok(allowed.length > 5, `${variable}: ${allowed}`);
    assert.doesNotMatch(allowed, /Invalid|expected .* received|undefined/i, variable);
    const text = env[variable];
    const isSecret = variables[variable]?.meta()?.secret === true;
    const line = message.split('\n').find((one) => one.startsWith(`  ${variable}: `)) ?? '';
    if (isSecret && text) assert.ok(line.startsWith(`  ${variable}: is "(not shown)"; allowed: `));
    else if (text && text.length < 500 && !/[@?]/.test(text))
      assert.ok(line.includes(JSON.stringify(text)), line);
    const mayBePassword = /:.*S3CRET.*@/s.test(text ?? '');
    if (isSecret || mayBePassword) assert.ok(!line.includes(SECRET), line);
  }
}
