import assert from 'node:assert/strict';
import { faultRow } from '../../harness.ts';
import { loadUntilOver } from '../../load.ts';
import { until } from '../../strikes.ts';

faultRow({
  name: 'the connection from client to server is dead and tells nobody, and client finds another one',
  system: { env: { client: { SERVER_DEADLINE_MS: '10000' } } },
  load: loadUntilOver(5),
  fault: {
    afterSeconds: 1,
    // A ping after 60 s without an answer, and 5 s for its own.
    async start({ links }) {
      const { accepted } = links.server.connections();
      await links.server.set('half-open');
      await until('a new connection', () => links.server.connections().accepted > accepted);
    },
  },
  expect: {
    documented: ['http_504'],
    check: ({ requests }) => assert.ok(requests.failed.http_504, 'no request met it'),
  },
});
