import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { NEEDS_BROWSER, openBrowser, openPage } from './browser.ts';
import { HOSTILE, hostileComparison } from './hostile.ts';
import { sampleComparison } from './sample-comparison.ts';

async function writePage(t: TestContext, comparison: Comparison): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compare-html-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'report.html');
  await writeFile(file, renderHtml(comparison));
  return pathToFileURL(file).href;
}

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

test('opens without complaint, request or sideways scrolling', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, sampleComparison());
  const browser = await openBrowser(t);
  for (const viewport of SIZES) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints, requests } = await openPage(browser, { viewport, colorScheme });
      await page.goto(url);
      for (const details of await page.locator('details > summary').all()) await details.click();
      assert.deepEqual(complaints, []);
      assert.deepEqual(requests, [url]);
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth'),
        viewport.width,
        `${viewport.width} ${colorScheme}`,
      );
    }
  }
});

test('no label of an axis is cut off, however large the figures are', NEEDS_BROWSER, async (t) => {
  const sample = sampleComparison();
  const slow = <T extends readonly (readonly [number, number])[]>(points: T, at: 0 | 1) =>
    points.map((point): readonly [number, number] => {
      const [first, second] = point;
      return at === 0 ? [first * 1_000, second] : [first, second * -10_000];
    });
  const url = await writePage(t, {
    ...sample,
    overall: {
      ...sample.overall,
      ecdf: { a: slow(sample.overall.ecdf.a, 0), b: slow(sample.overall.ecdf.b, 0) },
      quantileDifferences: slow(sample.overall.quantileDifferences, 1),
    },
  });
  const browser = await openBrowser(t);
  for (const viewport of SIZES) {
    const { page } = await openPage(browser, { viewport });
    await page.goto(url);
    const cut =
      await page.evaluate(`[...document.querySelectorAll('.verdict figure svg, .waterfall .axis svg')]
      .flatMap((svg) => [...svg.querySelectorAll('text')].map((text) => {
        const [own, all] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
        const below = svg.closest('figure') !== null && own.bottom > all.bottom;
        return below || own.left < all.left - 1 || own.right > all.right + 1 ? text.textContent : '';
      })).filter((text) => text !== '')`);
    assert.deepEqual(cut, [], `${viewport.width} px`);
  }
});

test(
  'the service of a hop is never cut: it alone tells client from server',
  NEEDS_BROWSER,
  async (t) => {
    const url = await writePage(t, sampleComparison());
    const browser = await openBrowser(t);
    for (const viewport of SIZES) {
      const { page } = await openPage(browser, { viewport });
      await page.goto(url);
      const cut = await page.evaluate(`[...document.querySelectorAll('.label .service')]
      .filter((service) => service.scrollWidth > service.clientWidth + 1)
      .map((service) => service.textContent)`);
      assert.deepEqual(cut, [], `${viewport.width} px`);
    }
  },
);

test('on a telephone no name of a span is cut, however long', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, sampleComparison());
  const { page } = await openPage(await openBrowser(t), { viewport: SIZES[1] ?? null });
  await page.goto(url);
  const cut = await page.evaluate(`[...document.querySelectorAll('.label, .label *')]
    .filter((part) => part.clientWidth > 0 && part.scrollWidth > part.clientWidth)
    .map((part) => part.textContent)`);
  assert.deepEqual(cut, []);
});

test(
  'on a telephone a recent trace takes a few lines, and no word breaks',
  NEEDS_BROWSER,
  async (t) => {
    const sample = sampleComparison();
    const cohorts = {
      a: { ...sample.cohorts.a, label: 'Cloud Run (local)' },
      b: { ...sample.cohorts.b, label: 'GKE (local)' },
    };
    const url = await writePage(t, { ...sample, cohorts });
    const { page } = await openPage(await openBrowser(t), { viewport: SIZES[1] ?? null });
    await page.goto(url);
    const rows =
      (await page.evaluate(`[...document.querySelectorAll('.recent tbody tr')].map((row) => ({
    height: row.getBoundingClientRect().height,
    linesOf: Object.fromEntries(['started', 'cohort', 'number', 'state', 'trace'].map((kind) => {
      const range = document.createRange();
      range.selectNodeContents(row.querySelector('.' + kind));
      return [kind, new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom / 12))).size];
    })),
  }))`)) as readonly { height: number; linesOf: Record<string, number> }[];
    assert.equal(rows.length, sample.recent.length);
    for (const { height, linesOf } of rows) {
      assert.ok(height < 120, `${height} px`);
      for (const [kind, lines] of Object.entries(linesOf))
        assert.ok(lines <= 2, `${kind}: ${lines}`);
    }
  },
);

test('why a hop has its verdict stands below the verdict', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, sampleComparison());
  const browser = await openBrowser(t);
  for (const viewport of SIZES) {
    const { page } = await openPage(browser, { viewport });
    await page.goto(url);
    const cell = page.locator('.hops .words', { hasText: 'some difference' }).first();
    const [verdict, note, ...more] = (await cell.innerText()).split('\n');
    assert.equal(verdict, 'some difference');
    assert.match(note ?? '', /^some difference, but not surely above 0\.47 ms/);
    assert.deepEqual(more, []);
  }
});

test('the keyboard reaches every span, hop and trace', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, sampleComparison());
  const { page } = await openPage(await openBrowser(t), { viewport: SIZES[0] ?? null });
  await page.goto(url);
  const THINGS = '.row > button, summary, a[href]';
  const wanted = await page.locator(THINGS).count();
  assert.ok(wanted > 50, `${wanted} things to reach`);
  const outlines: string[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const outline = (await page.evaluate(`(() => {
      const element = document.activeElement;
      if (element === document.body || element.dataset.reached) return null;
      element.dataset.reached = 'yes';
      return element.matches('${THINGS}') ? getComputedStyle(element).outlineStyle : '';
    })()`)) as string | null;
    if (outline === null) break;
    if (outline !== '') outlines.push(outline);
  }
  assert.equal(outlines.length, wanted);
  assert.ok(!outlines.includes('none'), 'where the focus is can be seen');
});

test('hover and focus show attributes and events; Escape hides them', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, sampleComparison());
  const { page } = await openPage(await openBrowser(t), { viewport: SIZES[0] ?? null });
  await page.goto(url);
  const rows = page.locator('.waterfall').first().locator('.row');
  const button = rows.nth(4).locator('> button');
  const card = rows.nth(4).locator('.card');
  assert.equal(await card.isVisible(), false);

  await button.hover();
  assert.equal(await card.isVisible(), true);
  assert.match(await card.innerText(), /cloud\.platform\s+gcp_cloud_run[\s\S]*server_call_start/);
  await page.locator('h1').hover();
  assert.equal(await card.isVisible(), false);

  await button.focus();
  assert.equal(await card.isVisible(), true);
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  assert.equal(await card.isVisible(), false);
  assert.equal(await rows.nth(5).locator('.card').isVisible(), true);
  await page.keyboard.press('Escape');
  assert.equal(await rows.nth(5).locator('.card').isVisible(), false);

  await button.click();
  await page.locator('h1').hover();
  assert.equal(await card.isVisible(), true, 'a click pins what is shown');
  await button.click();
  assert.equal(await card.isVisible(), false);
});

test('hostile span names stay text', NEEDS_BROWSER, async (t) => {
  const url = await writePage(t, hostileComparison());
  const browser = await openBrowser(t);
  for (const viewport of SIZES) {
    const { page, complaints, requests } = await openPage(browser, { viewport });
    await page.goto(url);
    for (const button of (await page.locator('.row > button').all()).slice(0, 9)) {
      await button.focus();
      await button.click();
    }
    assert.equal(await page.evaluate('globalThis.hacked'), undefined);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, [url]);
    const text = (await page.evaluate('document.body.textContent')) as string;
    // Control characters, alone, are shown as others.
    const { control: _, ...names } = HOSTILE;
    for (const [kind, name] of Object.entries(names)) assert.ok(text.includes(name), kind);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width);
  }
});
