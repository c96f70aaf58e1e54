import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { createTraceStore } from '../../../../tools/local/cloud/trace/store.ts';
import type { Compared } from '../../../../tools/local/page/comparer.ts';
import { renderParts } from '../../../../tools/local/page/live-page.ts';
import { type PageOptions, startPage } from '../../../../tools/local/page/page.ts';
import type { Span } from '../../../../tools/traces/model.ts';
import { sampleComparison } from '../../compare/html/sample-comparison.ts';
import { oneTraceOf } from '../../traces/one-trace-of.ts';
import { requestTrace, without } from '../../traces/request-trace.ts';
import { createRequestTrace, failedTrace } from '../example-traces.ts';

async function start(t: TestContext, options: Partial<PageOptions> = {}) {
  const traceStore = createTraceStore();
  const page = await startPage({
    traceStore,
    render: async () => renderParts(undefined),
    ...options,
  });
  t.after(() => page.close());
  return { traceStore, page };
}

type Answer = Readonly<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>;

function ask(url: string, options: { host?: string; method?: string } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = options.host === undefined ? {} : { host: options.host };
  request(url, { method: options.method ?? 'GET', headers }, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      body += chunk;
    });
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
    );
  })
    .on('error', reject)
    .end();
  return promise;
}

test('listens on loopback and answers with a strict policy', async (t) => {
  const { page } = await start(t);
  assert.match(page.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { status, headers, body } = await ask(page.url);
  assert.equal(status, 200);
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'; .*connect-src 'self'; .*frame-ancestors 'none'$/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(body, /Local run: traces live/);
});

test('answers only to the names of this machine', async (t) => {
  const { page } = await start(t);
  const { port } = new URL(page.url);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1',
    `127.0.0.1.evil:${port}`,
  ]) {
    assert.equal((await ask(page.url, { host })).status, 403, host);
    assert.equal((await ask(`${page.url}traces`, { host })).status, 403, host);
  }
  assert.equal((await ask(page.url, { host: `localhost:${port}` })).status, 200);
});

test('changes nothing: other methods and paths are refused', async (t) => {
  const { page } = await start(t);
  assert.equal((await ask(page.url, { method: 'POST' })).status, 405);
  for (const path of ['nothing', '../etc/passwd', `traces/${'0'.repeat(32)}`, 'traces/<script>']) {
    assert.equal((await ask(page.url + path)).status, 404, path);
  }
});

test('lists the newest fifty traces and draws each', async (t) => {
  const { page, traceStore } = await start(t);
  for (let sequence = 0; sequence < 55; sequence += 1) {
    traceStore.write(requestTrace({ sequence, query: `query ${sequence}` }).spans);
  }
  const { body } = await ask(`${page.url}traces`);
  const ids = [...body.matchAll(/<details id="trace-([0-9a-f]{32})"/g)].map(([, id]) => id);
  assert.equal(ids.length, 50);
  assert.equal(ids[0], requestTrace({ sequence: 54 }).traceId);
  assert.match(body, /Cloud Run \(local\)/);
  const drawn = await ask(`${page.url}traces/${ids[0]}`);
  assert.equal(drawn.status, 200);
  assert.match(drawn.body, /works\.search/);
});

test('calls a trace without all its spans broken only once they had time to arrive', async (t) => {
  const half = requestTrace().spans.slice(0, 3);
  let nowMs = Math.max(...half.map(({ endMs }) => endMs)) + 14_999;
  const { page, traceStore } = await start(t, { wallClockMs: () => nowMs });
  traceStore.write(half);
  assert.match((await ask(`${page.url}traces`)).body, />arriving</);
  nowMs += 1;
  assert.match((await ask(`${page.url}traces`)).body, /incomplete/);
});

test('compares no trace that is still arriving, and so warns of none', async (t) => {
  const complete = requestTrace({ sequence: 1 });
  const half = requestTrace({ sequence: 2 }).spans.slice(0, 3);
  let nowMs = Math.max(...half.map(({ endMs }) => endMs));
  let compared: string[] = [];
  const { page, traceStore } = await start(t, {
    wallClockMs: () => nowMs,
    nowMs: () => nowMs,
    render: async ({ traces }) => {
      compared = traces.map(({ traceId }) => traceId);
      return renderParts(undefined);
    },
  });
  traceStore.write([...half, ...complete.spans]);
  await ask(`${page.url}comparison`);
  assert.deepEqual(compared, [complete.traceId]);
  nowMs += 15_000;
  await ask(`${page.url}comparison`);
  assert.equal(compared.length, 2);
});

test('says of a trace whose root has not come only what is known', async (t) => {
  const { spans } = requestTrace({ frontEnd: 'stored' });
  const [frontEnd] = spans.filter(({ attributes }) => attributes['service.name'] === undefined);
  assert.ok(frontEnd);
  const { page, traceStore } = await start(t, { wallClockMs: () => frontEnd.endMs });
  traceStore.write([{ ...frontEnd, attributes: {} }]);
  const { body } = await ask(`${page.url}traces`);
  assert.doesNotMatch(body, /\?|not a request|incomplete/);
  assert.match(body, /class="on">–</);
  assert.match(body, />arriving</);
});

test('lists traces by when they began, not by when they arrived', async (t) => {
  const { page, traceStore } = await start(t);
  for (const sequence of [2, 0, 1]) traceStore.write(requestTrace({ sequence }).spans);
  const { body } = await ask(`${page.url}traces`);
  const ids = [...body.matchAll(/<details id="trace-([0-9a-f]{32})"/g)].map(([, id]) => id);
  assert.deepEqual(
    ids,
    [2, 1, 0].map((sequence) => requestTrace({ sequence }).traceId),
  );
});

test('names how a request failed, and not what a retry made good', async (t) => {
  const { page, traceStore } = await start(t);
  const failed = failedTrace({ traceId: '1'.repeat(32), platform: 'gcp_kubernetes_engine' });
  const retried = createRequestTrace({
    traceId: '2'.repeat(32),
    platform: 'gcp_cloud_run',
    change: (span, index) =>
      index === 4 ? { ...span, attributes: { ...span.attributes, 'error.type': '14' } } : span,
  });
  traceStore.write([...failed.spans, ...retried.spans]);
  const { body } = await ask(`${page.url}traces`);
  const [, first = '', second = ''] = body.split(/<details id="trace-/);
  assert.match(first, /^1{32}[\s\S]*class="flag error"><bdi>status 504</);
  assert.match(second, /^2{32}/);
  assert.doesNotMatch(second, /class="flag error"/);
});

for (const [which, platforms] of [
  ['both platforms', ['gcp_cloud_run', 'gcp_kubernetes_engine']],
  ['one platform', ['gcp_kubernetes_engine']],
] as const) {
  test(`says above all else that requests fail, with a drawn example, on ${which}`, () => {
    const traces = platforms.map((platform, place) =>
      failedTrace({ traceId: String(place + 1).repeat(32), platform }),
    );
    const comparison = compareTraces(traces, {
      cohorts: { a: CLOUD_RUN, b: GKE },
      name: 'p',
      local: true,
    });
    const { verdict, evidence } = renderParts(comparison, { compared: traces.length });
    assert.match(
      verdict,
      /^<section class="failed"[\s\S]*Requests fail[\s\S]*status 504<.*gave up/,
    );
    assert.match(verdict, /1 of 1 in GKE[\s\S]*href="#failures"/);
    assert.match(evidence, /id="failures">Failed requests<[\s\S]*client gave up after 60\.0 ms/);
    assert.match(evidence, /id="failed-0-0"|id="failed-0/);
    assert.doesNotMatch(renderParts(sampleComparison()).verdict, /class="failed"/);
  });
}

test('the page as served holds what there is, before any script has run', async (t) => {
  const { page, traceStore } = await start(t, {
    render: async () => renderParts(sampleComparison()),
  });
  traceStore.write(requestTrace().spans);
  const { body } = await ask(page.url);
  assert.match(body, /<bdi>GKE \(local\)<\/bdi> is faster</);
  assert.match(body, new RegExp(`<details id="trace-${requestTrace().traceId}"`));
});

test('notifies open pages when spans arrive', async (t) => {
  const { page, traceStore } = await start(t);
  const response = await fetch(`${page.url}events`, { signal: AbortSignal.timeout(60_000) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.match((await reader?.read())?.value ?? '', /retry/);
  traceStore.write(requestTrace().spans);
  assert.match((await reader?.read())?.value ?? '', /event: changed/);
});

test('compares at most every three seconds and labels the figures local', async (t) => {
  let nowMs = 0;
  let compared = 0;
  const render = async () => {
    compared += 1;
    return renderParts(sampleComparison());
  };
  const { page } = await start(t, { render, nowMs: () => nowMs });
  const parts = JSON.parse((await ask(`${page.url}comparison`)).body);
  assert.match(parts.header, /Local run\./);
  assert.match(parts.verdict, /<bdi>GKE \(local\)<\/bdi> is faster</);
  nowMs = 2_999;
  await ask(`${page.url}comparison`);
  assert.equal(compared, 1);
  nowMs = 3_000;
  await ask(`${page.url}comparison`);
  assert.equal(compared, 2);
});

test('asks for no comparison while one is being made, however long that takes', async (t) => {
  let nowMs = 0;
  let compared = 0;
  const asked = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const render = async () => {
    compared += 1;
    asked.resolve();
    await done.promise;
    return renderParts(undefined);
  };
  const { page } = await start(t, { render, nowMs: () => nowMs });
  const first = ask(`${page.url}comparison`);
  await asked.promise;
  nowMs = 60_000;
  const second = ask(`${page.url}comparison`);
  assert.equal((await ask(`${page.url}traces`)).status, 200);
  done.resolve();
  assert.deepEqual((await first).body, (await second).body);
  assert.equal(compared, 1);
});

test('compares the newest runs, no more than 600 traces, and says of how many', async (t) => {
  let compared: Compared | undefined;
  const { page, traceStore } = await start(t, {
    render: async (asked) => {
      compared = asked;
      return renderParts(sampleComparison(), { compared: asked.traces.length, of: asked.of });
    },
  });
  // 31 runs of 20; the oldest does not fit.
  for (let run = 30; run >= 0; run -= 1) {
    for (let sequence = 0; sequence < 20; sequence += 1) {
      traceStore.write(requestTrace({ run, sequence }).spans);
    }
  }
  const { verdict } = JSON.parse((await ask(`${page.url}comparison`)).body);
  assert.match(verdict, /the newest 600 of 620 traces, in complete runs/);
  const ids = new Set(compared?.traces.map(({ traceId }) => traceId));
  assert.equal(ids.has(requestTrace({ run: 0, sequence: 19 }).traceId), false);
  assert.equal(ids.has(requestTrace({ run: 1, sequence: 0 }).traceId), true);
});

test('compares nothing while only one platform has traces', async (t) => {
  const sample = sampleComparison();
  const cohorts = { ...sample.cohorts, b: { ...sample.cohorts.b, traces: 0 } };
  const { page } = await start(t, { render: async () => renderParts({ ...sample, cohorts }) });
  const parts = JSON.parse((await ask(`${page.url}comparison`)).body);
  assert.match(parts.verdict, /There is nothing to compare yet/);
  assert.equal(parts.evidence, '');
});

test('names the one platform that runs, and promises no comparison of it', () => {
  const { header, verdict } = renderParts(undefined, { alone: 'gke' });
  assert.match(header, /<h1><bdi>GKE \(local\)<\/bdi><\/h1>/);
  assert.match(verdict, /Only GKE \(local\) runs, so there is nothing to compare\./);
  assert.doesNotMatch(header + verdict, /Cloud Run|as soon as both| yet/);
});

test('says why the comparison failed, and continues', async (t) => {
  const render = async () => {
    throw new Error('<no> cohorts');
  };
  const { page } = await start(t, { render });
  const parts = JSON.parse((await ask(`${page.url}comparison`)).body);
  assert.match(parts.verdict, /The comparison failed: <bdi>&lt;no&gt; cohorts/);
  assert.equal((await ask(page.url)).status, 200);
});

test('close ends open streams and stops listening to the store', async () => {
  const listeners = new Set<unknown>();
  const store = createTraceStore();
  const traceStore = {
    ...store,
    onSpan(listener: (span: Span, state: { duplicate: boolean }) => void) {
      const stop = store.onSpan(listener);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
  };
  const page = await startPage({ traceStore, render: async () => renderParts(undefined) });
  const stream = await fetch(`${page.url}events`);
  assert.equal(listeners.size, 1);
  await page.close();
  await assert.doesNotReject(stream.text().catch(() => ''));
  assert.equal(listeners.size, 0);
  await assert.rejects(fetch(page.url));
});

test('a trace id that several requests share shows all of them', async (t) => {
  const { traceStore, page } = await start(t);
  const broken = without(requestTrace({ sequence: 1 }), 6);
  const shared = oneTraceOf(requestTrace(), broken);
  traceStore.write(shared.spans);
  const { body } = await ask(`${page.url}traces`);
  assert.match(body, /2 requests in one trace/);
  assert.match(body, /incomplete/);
  const drawn = await ask(`${page.url}traces/${shared.traceId}`);
  assert.equal(drawn.body.match(/class="waterfall/g)?.length, 2);
});

test('asks the log book for the lines of the trace that it draws', async (t) => {
  const asked: string[] = [];
  const ofTrace = (traceId: string) => {
    asked.push(traceId);
    return [];
  };
  const { traceStore, page } = await start(t, { logBook: { ofTrace } });
  const [one, other] = [requestTrace({ sequence: 1 }), requestTrace({ sequence: 2 })];
  traceStore.write([...one.spans, ...other.spans]);
  const { status } = await ask(`${page.url}traces/${one.traceId}/with/${other.traceId}`);
  assert.equal(status, 200);
  assert.deepEqual(asked, [one.traceId, other.traceId]);
});
