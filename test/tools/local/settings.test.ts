import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverVariables } from '../../../services/server/config.ts';
import { parsePassedOn } from '../../../tools/local/settings.ts';

/** tools/ may not import the server's schemas, so what it passes on is held against them here. */
const VALUES = {
  WORKS_CACHE: ['keep', 'per-request', 'none', ''],
  WORKS_TTL_SECONDS: ['0', '300', '86400', '86401', '-1', 'x', ''],
} as const;

for (const [name, values] of Object.entries(VALUES)) {
  const schema = serverVariables[name as keyof typeof VALUES];
  for (const value of values) {
    test(`${name}=${JSON.stringify(value)} is taken by npm start as the server takes it`, () => {
      const expected = schema.safeParse(value === '' ? undefined : value);
      if (!expected.success) assert.throws(() => parsePassedOn({ [name]: value }));
      else assert.deepEqual(Reflect.get(parsePassedOn({ [name]: value }), name), expected.data);
    });
  }
}
