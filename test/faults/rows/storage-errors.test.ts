import assert from 'node:assert/strict';
import type { Interceptor } from '../backend-front.ts';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import type { Row } from '../row.ts';
import {
  ALWAYS_CHECKED,
  inTurn,
  LASTING,
  PASSING,
  PER_REQUEST,
  refused,
} from '../storage-failures.ts';

const seconds = byForm(2, 15);

/** The load, and what happens to each call to Storage meanwhile. */
const during = (interceptor: Interceptor): Pick<Row, 'load' | 'fault'> => ({
  load: { perSecond: 5, seconds },
  fault: {
    afterSeconds: 0,
    forSeconds: seconds,
    start: ({ backends }) => backends.storage.intercept(interceptor),
    // Without a stop: a request that is late meets it too.
  },
});

const IN_TURN = { 'fails in each way': inTurn(Object.values(PASSING)) };

for (const [what, fail] of Object.entries({ ...IN_TURN, ...PASSING })) {
  faultRow({
    name: `Storage ${what} twice for each page and object, and every request is right`,
    // The full form has a row for each way.
    form: what in IN_TURN ? 'quick' : 'full',
    system: PER_REQUEST,
    ...during((call) => call.attempt <= 2 && fail(call)),
    expect: { check: ({ attempts }) => assert.equal(attempts, 3) },
  });
}

faultRow({
  name: 'Storage fails every page in each way, and a request asks 3 times and no more',
  system: PER_REQUEST,
  ...during(inTurn(Object.values(PASSING))),
  expect: refused('http_503', 3),
});

faultRow({
  name: 'Storage fails every object in each way, and a request asks 3 times and no more',
  form: 'full',
  system: PER_REQUEST,
  ...during(onObjects(inTurn(Object.values(PASSING)))),
  expect: refused('http_503', 3),
});

faultRow({
  name: 'Storage refuses every object for good, and a request asks once',
  system: PER_REQUEST,
  ...during(onObjects(inTurn(LASTING))),
  expect: refused('http_502', 1),
});

faultRow({
  name: 'Storage fails in each way, and texts that are kept serve every request',
  system: ALWAYS_CHECKED,
  ...during(inTurn(Object.values(PASSING))),
  expect: {},
});

faultRow({
  name: 'Storage refuses the listing for good, and texts that are kept serve no request',
  form: 'full',
  system: ALWAYS_CHECKED,
  ...during(inTurn(LASTING)),
  expect: refused('http_502', 1),
});

/** Listings pass. */
function onObjects(interceptor: Interceptor): Interceptor {
  return (call) => call.key.startsWith('object ') && interceptor(call);
}
