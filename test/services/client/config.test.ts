import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEnv } from '../../../lib/config.ts';
import { clientVariables } from '../../../services/client/config.ts';

describe('clientVariables', () => {
  test("have the codelab's port and queries by default, but no server", () => {
    const { HOST, PORT, SERVER_DEADLINE_MS, KNOWN_QUERIES } = parseEnv(clientVariables, {
      SERVER_ADDR: 'server:5050',
    });
    assert.deepEqual([HOST, PORT, SERVER_DEADLINE_MS], ['0.0.0.0', 8080, 10_000]);
    assert.equal(KNOWN_QUERIES.love, 3_040);
    assert.throws(() => parseEnv(clientVariables, {}), /SERVER_ADDR: is not set/);
  });

  test('refuse a table of known queries in which a query stands twice', () => {
    for (const second of ['love', '\\u006cove']) {
      const KNOWN_QUERIES = `{"love":3040,"${second}":3041}`;
      assert.throws(
        () => parseEnv(clientVariables, { SERVER_ADDR: 'server:5050', KNOWN_QUERIES }),
        /KNOWN_QUERIES: is .*3041.*; allowed: a JSON object .*\("love" stands there twice\)/,
      );
    }
  });

  test('describe themselves for the documents', () => {
    for (const [name, schema] of Object.entries(clientVariables)) {
      assert.ok((schema.description ?? '').length > 10, name);
    }
  });
});
