import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceStore } from '../../../../tools/local/cloud/trace/store.ts';
import { createComparer } from '../../../../tools/local/page/comparer.ts';
import { startPage } from '../../../../tools/local/page/page.ts';
import { NEEDS_BROWSER, openBrowser, openPage } from '../../compare/html/browser.ts';
import { HOSTILE } from '../../compare/html/hostile.ts';
import { requestTrace } from '../../traces/request-trace.ts';

test('traces appear as they come, and the keyboard opens each', NEEDS_BROWSER, async (t) => {
  const traceStore = createTraceStore();
  const comparer = createComparer('shakesapp-local');
  t.after(() => comparer.close());
  const live = await startPage({ traceStore, render: comparer.render });
  t.after(() => live.close());
  const browser = await openBrowser(t);
  const { page, complaints, requests } = await openPage(browser, {
    viewport: { width: 390, height: 844 },
  });
  await page.goto(live.url);
  await page.getByText('Live: updated as spans arrive.').waitFor();
  assert.equal(await page.locator('#traces > details').count(), 0);

  const hostile = requestTrace({ sequence: 0, query: HOSTILE.script });
  traceStore.write(hostile.spans.map((span) => ({ ...span, name: HOSTILE.closing })));
  for (let sequence = 1; sequence < 12; sequence += 1) {
    for (const platform of ['gcp_cloud_run', 'gcp_kubernetes_engine'] as const) {
      traceStore.write(requestTrace({ sequence, platform }).spans);
    }
  }
  await page.getByText('Show all 23').click();
  const traces = page.locator('#traces > details');
  assert.equal(await traces.count(), 23);
  for (const trace of await traces.all()) {
    await trace.locator('summary').focus();
    await page.keyboard.press('Enter');
    await trace.locator('.waterfall').waitFor();
    // The trace's link comes first, then its spans.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await trace.locator('.card').first().isVisible(), true);
  }
  assert.match(await page.locator('#header').innerText(), /Local run\./);
  assert.match(await page.locator('#verdict').innerText(), /\(local\)|No|Not enough/);

  // What someone reads stays as it is while more comes in.
  const opened = traces.first();
  traceStore.write(requestTrace({ sequence: 99 }).spans);
  await page.locator(`#trace-${requestTrace({ sequence: 99 }).traceId}`).waitFor();
  assert.equal(await opened.isVisible(), true);
  assert.equal(await traces.locator('.waterfall').count(), 23);

  // Spans of one that began earlier arrive last, its root after all others.
  const late = requestTrace({ sequence: 50 });
  const item = page.locator(`#trace-${late.traceId}`);
  const places = () =>
    page.evaluate(`[...document.querySelectorAll('#traces > details')].indexOf(
      document.getElementById('trace-${late.traceId}'))`);
  traceStore.write(late.spans.slice(1).map((span) => ({ ...span, startMs: span.startMs + 9_000 })));
  await item.waitFor();
  assert.equal(await places(), 0);
  traceStore.write(late.spans.slice(0, 1));
  await item.locator('.count', { hasText: `${late.spans.length} spans` }).waitFor();
  assert.equal(await places(), 1);

  assert.equal(await page.evaluate('globalThis.hacked'), undefined);
  assert.deepEqual(complaints, []);
  assert.ok(requests.every((url) => url.startsWith(live.url)));
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
});
