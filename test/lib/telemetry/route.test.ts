import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameByRoute } from '../../../lib/telemetry/route.ts';
import { runProgram } from './run-program.ts';

test('an HTTP server span has the name of its route, and the route as an attribute', async (t) => {
  const program = await runProgram(t, ['/routed', '/unrouted']);
  const served = program.spans().filter(({ kind }) => kind === 1);
  assert.deepEqual(
    served.map(({ name, attributes }) => [name, attributes['http.route']]),
    [
      ['GET /routed/:id', '/routed/:id'],
      ['GET', undefined],
    ],
  );
});

test('outside of a request nothing is named', () => {
  assert.doesNotThrow(() => nameByRoute('/'));
});
