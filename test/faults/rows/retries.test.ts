import assert from 'node:assert/strict';
import { faultRow } from '../harness.ts';

faultRow({
  name: 'Storage answers 503, and a request asks for a listing at most 3 times',
  system: { settings: { worksCache: 'per-request' } },
  load: { perSecond: 5, seconds: 4 },
  fault: {
    afterSeconds: 0,
    forSeconds: 4,
    start: ({ cloud }) => cloud.faults.inject({ service: 'storage', error: 'UNAVAILABLE' }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
  expect: {
    documented: ['http_503'],
    check: ({ calls }) => assert.ok((calls.listings ?? 0) <= 3, `${calls.listings} a request`),
  },
});

faultRow({
  name: 'Storage answers 403, and a request asks once',
  system: { settings: { worksCache: 'per-request' } },
  load: { perSecond: 5, seconds: 4 },
  fault: {
    afterSeconds: 0,
    forSeconds: 4,
    start: ({ cloud }) => cloud.faults.inject({ service: 'storage', error: 'PERMISSION_DENIED' }),
    stop: ({ cloud }) => cloud.faults.clear(),
  },
  expect: {
    documented: ['http_502', 'http_500', 'http_503'],
    check: ({ calls }) => assert.ok((calls.listings ?? 0) <= 1.1, `${calls.listings} a request`),
  },
});
