import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseEnv as parseFile } from 'node:util';
import { loadgenVariables } from '../../functions/loadgen/config.ts';
import { parseEnv } from '../../lib/config.ts';
import { telemetryVariables } from '../../lib/telemetry/config.ts';
import { clientVariables } from '../../services/client/config.ts';
import { serverVariables } from '../../services/server/config.ts';
import { ROOT } from '../rules/sources.ts';

const EXAMPLE = parseFile(readFileSync(join(ROOT, '.env.example'), 'utf8'));

test('.env.example holds only variables that some program reads, with values it takes', () => {
  const programs = [loadgenVariables, clientVariables, serverVariables];
  const known = new Set([telemetryVariables, ...programs].flatMap(Object.keys));
  assert.deepEqual(
    Object.keys(EXAMPLE).filter((name) => !known.has(name)),
    [],
  );
  for (const variables of programs) parseEnv({ ...telemetryVariables, ...variables }, EXAMPLE);
});
