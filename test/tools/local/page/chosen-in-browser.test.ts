import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTraceStore } from '../../../../tools/local/cloud/trace/store.ts';
import { renderParts } from '../../../../tools/local/page/live-page.ts';
import { startPage } from '../../../../tools/local/page/page.ts';
import { NEEDS_BROWSER, openBrowser, openPage } from '../../compare/html/browser.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const one = requestTrace({ sequence: 1 });
const other = requestTrace({ sequence: 2, platform: 'gcp_kubernetes_engine' });

test(
  'an address opens one trace or two, survives a reload, and names an unknown one',
  NEEDS_BROWSER,
  async (t) => {
    const traceStore = createTraceStore();
    traceStore.write([...one.spans, ...other.spans]);
    const live = await startPage({ traceStore, render: async () => renderParts(undefined) });
    t.after(() => live.close());
    const browser = await openBrowser(t);
    const { page, complaints, requests } = await openPage(browser, {
      viewport: { width: 1440, height: 900 },
    });
    const chosen = page.locator('#chosen');
    const bars = chosen.locator('.row').first().locator('.bars');
    const at = async (index: number, axis: 'x' | 'y') =>
      (await bars.nth(index).boundingBox())?.[axis] ?? Number.NaN;

    await page.goto(live.url);
    await page.getByText('Live: updated as spans arrive.').waitFor();
    assert.equal(await chosen.isVisible(), false);

    // By keyboard alone: open a trace, follow its link, choose another, lay both side by side.
    const item = page.locator(`#trace-${one.traceId}`);
    await item.locator('summary').focus();
    await page.keyboard.press('Enter');
    await item.getByRole('link', { name: 'Link to this trace' }).focus();
    await page.keyboard.press('Enter');
    await chosen.locator('.waterfall').waitFor();
    assert.equal(await page.evaluate('document.activeElement.id'), 'chosen-title');
    assert.equal(await page.evaluate('location.hash'), `#trace=${one.traceId}`);
    await chosen.getByLabel('Beside it:').focus();
    await page.keyboard.type('10:00');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await chosen.locator('.waterfall.beside').waitFor();
    assert.equal(
      await page.evaluate('location.hash'),
      `#trace=${one.traceId}&with=${other.traceId}`,
    );
    assert.ok((await at(1, 'x')) > (await at(0, 'x')) + 200, 'two columns where there is room');

    await page.reload();
    await chosen.locator('.waterfall.beside').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    assert.equal(await at(1, 'x'), await at(0, 'x'), 'one column where there is none');
    assert.ok((await at(1, 'y')) > (await at(0, 'y')), 'one below the other');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    await chosen.getByRole('link', { name: 'Show the first alone' }).click();
    await chosen.locator('.waterfall.single').waitFor();
    await item.locator('summary').press('Enter');
    await item.locator('.waterfall').waitFor();
    const ids = (await page.evaluate(
      `[...document.querySelectorAll('[id]')].map(({ id }) => id)`,
    )) as string[];
    assert.equal(new Set(ids).size, ids.length, 'an id occurs once');

    assert.deepEqual(complaints, []);
    const late = requestTrace({ sequence: 3 });
    await page.evaluate(`location.hash = '#trace=${late.traceId}'`);
    await chosen.getByRole('status').getByText(`This run has no trace ${late.traceId}.`).waitFor();
    assert.equal(await chosen.locator('.waterfall').count(), 0);
    traceStore.write(late.spans);
    await chosen.locator('.waterfall').waitFor();
    await page.evaluate(`location.hash = '#trace=nonsense'`);
    await chosen.getByText('“nonsense” is not a trace ID').waitFor();
    await chosen.getByRole('link', { name: 'Close' }).click();
    await chosen.waitFor({ state: 'hidden' });

    assert.ok(requests.every((url) => url.startsWith(live.url)));
  },
);

test('a trace of an earlier run lies beside one of this run', NEEDS_BROWSER, async (t) => {
  const traceStore = createTraceStore();
  traceStore.write(one.spans);
  const saved = [{ name: 'earlier.ndjson', traces: new Map([[other.traceId, other]]), of: 1 }];
  const render = async () => renderParts(undefined);
  const live = await startPage({ traceStore, render, saved });
  t.after(() => live.close());
  const browser = await openBrowser(t);
  const { page, complaints } = await openPage(browser);
  await page.goto(`${live.url}#trace=${one.traceId}`);
  const chosen = page.locator('#chosen');
  await chosen.locator('.waterfall.single').waitFor();
  const group = chosen.locator('optgroup[label="Traces of earlier.ndjson"]');
  assert.equal(await group.locator('option').getAttribute('value'), other.traceId);
  await chosen.getByLabel('Beside it:').selectOption(other.traceId);
  await chosen.getByRole('button', { name: 'Lay side by side' }).click();
  await chosen.locator('.waterfall.beside').waitFor();
  await chosen
    .locator('.legend')
    .getByText(/2: GKE .*of earlier\.ndjson/)
    .waitFor();
  await page.locator(`.saved #trace-${other.traceId} summary`).click();
  await page.locator('.saved .waterfall').waitFor();
  assert.deepEqual(complaints, []);
});
