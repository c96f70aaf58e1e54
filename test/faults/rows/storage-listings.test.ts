import assert from 'node:assert/strict';
import type { BackendCall } from '../backend-front.ts';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { refused } from '../storage-failures.ts';
import { atOnce } from '../stored-bytes.ts';

/** 2,000 calls, one after the other, take a busy machine a minute. */
const PATIENT = {
  loadgen: { LOADGEN_REQUEST_TIMEOUT_SECONDS: '600' },
  client: { SERVER_DEADLINE_MS: '300000' },
};

const PAGES = byForm(200, 1_000);

/** An empty page that leads to the next, as a bucket with many deleted objects has them. */
function answerEmpty({ response }: BackendCall, nextPageToken: string): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'storage#objects', nextPageToken }));
  return true;
}

const pageOf = ({ key }: BackendCall) => Number(/^page (\d+)$/.exec(key)?.[1] ?? 0);

for (const worksCache of ['keep', 'per-request'] as const) {
  const requests = worksCache === 'keep' ? 10 : 4;
  faultRow({
    name: `a listing has hundreds of pages with WORKS_CACHE=${worksCache}, some of them fail twice, and every request is right`,
    form: quickIf(worksCache === 'keep'),
    system: { settings: { worksCache }, env: PATIENT },
    warmUp: 0,
    load: atOnce(requests),
    prepare({ backends }) {
      backends.storage.intercept((call) => {
        const page = pageOf(call);
        if (page === 0) return false;
        if (page % (PAGES / 2.5) === 0 && call.attempt <= 2) {
          call.response.writeHead(503).end();
          return true;
        }
        if (page < PAGES) return answerEmpty(call, String(page + 1));
        call.url.searchParams.delete('pageToken');
        return false;
      });
    },
    expect: { check: ({ attempts }) => assert.equal(attempts, 3) },
  });

  faultRow({
    name: `a listing never ends with WORKS_CACHE=${worksCache}, and the request does`,
    form: 'full',
    system: { settings: { worksCache }, env: PATIENT },
    warmUp: 0,
    load: atOnce(1),
    prepare({ backends }) {
      backends.storage.intercept((call) => {
        const page = pageOf(call);
        return page > 0 && answerEmpty(call, String(page + 1));
      });
    },
    expect: refused('http_502', 1, { listings: 2_000 }),
  });
}
