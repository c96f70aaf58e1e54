import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import type { Drawn } from '../../../../tools/compare/result/drawing.ts';
import type { Exemplars } from '../../../../tools/compare/result/exemplars.ts';
import { HOSTILE, hostileComparison } from './hostile.ts';
import { sampleComparison } from './sample-comparison.ts';

const sample = sampleComparison();
const parse = (comparison: Comparison) => parseHTML(renderHtml(comparison)).document;
const textOf = (node: { textContent: string | null } | null) =>
  (node?.textContent ?? '').replace(/\s+/g, ' ').trim();

test('the same comparison gives the same bytes', () => {
  assert.equal(renderHtml(sampleComparison()), renderHtml(structuredClone(sample)));
});

test('does not change what it renders', () => {
  const before = structuredClone(sample);
  renderHtml(sample);
  assert.deepEqual(sample, before);
});

test('what differs in configuration stands first, then the verdict, then the warnings', () => {
  const headings = [...parse(sample).querySelectorAll('h2')].map(textOf);
  assert.deepEqual(headings.slice(0, 3), [
    'What differs in configuration',
    'GKE is faster',
    'Warnings (1)',
  ]);
});

test('its content security policy allows its own style and script by hash, nothing else', () => {
  const document = parse(sample);
  const policy = document.querySelector('meta[http-equiv]')?.getAttribute('content') ?? '';
  const hashOf = (text: string | null) =>
    `'sha256-${createHash('sha256')
      .update(text ?? '')
      .digest('base64')}'`;
  const [style, ...moreStyles] = document.querySelectorAll('style');
  const [script, ...moreScripts] = document.querySelectorAll('script');
  assert.deepEqual([moreStyles, moreScripts], [[], []]);
  assert.deepEqual(policy.split('; '), [
    "default-src 'none'",
    'img-src data:',
    `style-src ${hashOf(style?.textContent ?? '')}`,
    `script-src ${hashOf(script?.textContent ?? '')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test('asks for nothing: no address but those of links a person follows', () => {
  const document = parse(sample);
  for (const element of document.querySelectorAll('*')) {
    for (const name of ['src', 'srcset', 'style', 'data', 'poster', 'action', 'xlink:href']) {
      assert.equal(element.getAttribute(name), null, `${element.tagName} ${name}`);
    }
    for (const { name } of element.attributes) assert.doesNotMatch(name, /^on/);
  }
  assert.doesNotMatch(document.querySelector('style')?.textContent ?? '', /url\(|@import/);
});

test('every exemplar and recent trace links to the console', () => {
  const links = [...parse(sample).querySelectorAll('main a')].map((link) =>
    link.getAttribute('href'),
  );
  assert.equal(links.length, 5 + sample.recent.length);
  for (const href of links) {
    assert.match(href ?? '', /^https:\/\/console\.cloud\.google\.com\/traces\/explorer;traceId=/);
  }
});

test('a link that is no https address becomes text', () => {
  for (const consoleUrl of [
    'javascript:alert(1)',
    'http://plain.example/',
    'data:text/html,x',
    'x',
  ]) {
    const recent = sample.recent.map((trace) => ({ ...trace, consoleUrl }));
    const none = { median: null, p95: null };
    const exemplars = { a: none, b: none };
    const document = parse({ ...sample, recent, exemplars, coldExemplars: exemplars });
    assert.equal(document.querySelectorAll('main a').length, 0, consoleUrl);
  }
});

test('a local run is labelled local in title, banner, verdict, plots and source', () => {
  const source = { ...sample.source, kind: 'memory' as const, local: true };
  const document = parse({ ...sample, source });
  assert.match(textOf(document.querySelector('title')), /Cloud Run \(local\) and GKE \(local\)/);
  assert.match(textOf(document.querySelector('.local')), /^Local run\./);
  assert.match(textOf(document.querySelector('#verdict')), /^GKE \(local\) is faster/);
  for (const caption of document.querySelectorAll('.verdict figcaption')) {
    if (textOf(caption).includes('Medians')) assert.match(textOf(caption), /\(local\)/);
  }
  for (const [text] of renderHtml({ ...sample, source }).matchAll(
    /(Cloud Run|GKE)(?! \(local\))[^<]*/g,
  )) {
    // The warnings are the comparison's own sentences; all else that names a platform says local.
    assert.ok(
      sample.warnings.some(({ finding }) => finding.includes(text)),
      text,
    );
  }
  assert.equal(parse(sample).querySelector('.local'), null);
});

const VERDICTS = [
  ['a-faster', -12.1, /^Cloud Run is faster$/],
  ['b-faster', 12.1, /^GKE is faster$/],
  ['no-difference-seen', 0.1, /^No difference seen$/],
  ['not-enough-data', null, /^No verdict$/],
] as const;

for (const [verdict, p50, expected] of VERDICTS) {
  test(`the headline of ${verdict} says so`, () => {
    const reason = verdict === 'not-enough-data' ? 'only 3 runs on one side' : null;
    const differenceMs = { p50, low: null, high: null };
    const document = parse({
      ...sample,
      overall: { ...sample.overall, verdict, reason, differenceMs },
    });
    assert.match(textOf(document.querySelector('#verdict')), expected);
    if (reason !== null) assert.match(textOf(document.querySelector('.verdict p')), /only 3 runs/);
  });
}

test('an empty comparison renders', () => {
  const none = { median: null, p95: null };
  const document = parse({
    ...sample,
    configuration: [],
    overall: {
      ...sample.overall,
      a: null,
      b: null,
      ecdf: { a: [], b: [] },
      quantileDifferences: [],
      differenceMs: { p50: null, low: null, high: null },
      ratio: { p50: null, low: null, high: null },
      verdict: 'not-enough-data',
      reason: 'there are no traces',
    },
    hops: [],
    exemplars: { a: none, b: none },
    coldExemplars: { a: none, b: none },
    recent: [],
    warnings: [],
  });
  assert.doesNotMatch(textOf(document.querySelector('main')), /NaN|undefined|Infinity|null/);
});

test('each hop has its distribution, each gap what divides it', () => {
  const document = parse(sample);
  const details = [...document.querySelectorAll('.hop-details details')];
  assert.equal(details.length, sample.hops.length);
  assert.equal(details.filter((one) => one.querySelectorAll('figure svg').length === 2).length, 16);
  assert.match(textOf(details[1] ?? null), /measured by the front end’s own span in 117 requests/);
});

test('says what its signs, self time, gap and paths mean', () => {
  const legend = textOf(parse(sample).querySelector('.signs'));
  assert.match(legend, /Cloud Run minus GKE of a typical pair, .*; \+ means Cloud Run is slower/);
  assert.match(legend, /self: .* gap: .* path names each step from the root down as service:name/);
});

test('says of which requests and of which time its quantiles are', () => {
  const pageOf = (comparison: Comparison) => parse(comparison).querySelector('body');
  const page = textOf(pageOf(sample));
  assert.match(page, /requests of the row without an error, from their scheduled time to the root/);
  assert.match(page, /A, B: p50 of the time that the row names, self or gap\./);
  const ofSpans = page.match(/inclusive: from the start of the span to its end\./g);
  assert.equal(ofSpans?.length, sample.hops.length);
  const general = textOf(pageOf({ ...sample, profile: 'general' }));
  assert.match(general, /requests of the row without an error, from the root's start to/);
});

test("the platform's own spans have no colour of a step", () => {
  const rows = [...parse(sample).querySelectorAll('.waterfall .row')];
  const grey = rows.filter((row) => row.querySelector('.bar.front') !== null);
  assert.ok(grey.length > 0);
  for (const row of rows) {
    assert.equal(row.classList.contains('front-end'), grey.includes(row), textOf(row));
  }
});

test('spans of both traces are paired by path and colour', () => {
  const rows = [...parse(sample).querySelectorAll('.waterfall')][0]?.querySelectorAll('.row') ?? [];
  assert.equal(rows.length, 9);
  const bars = [...rows].map((row) => row.querySelectorAll('rect').length);
  assert.deepEqual(bars, [2, 2, 1, 2, 2, 2, 2, 2, 2]);
  assert.equal(new Set([...rows].map((row) => row.getAttribute('class'))).size, 9);
});

test('a hop whose verdict and interval disagree says why, beside the verdict and in its details', () => {
  const { remark } = sample.hops.find((hop) => hop.remark !== null) ?? {};
  assert.ok(remark);
  const document = parse(sample);
  const [cell] = [...document.querySelectorAll('.hops .words')]
    .map(textOf)
    .filter((text) => text.includes(remark));
  assert.ok(cell);
  const details = textOf(document.querySelector('#warm-hop-7'));
  assert.ok(details.includes(`Note: ${remark}.`), details);
  assert.match(details, /adjusted p = 0\.610, 380 pairs tested\./);
  assert.match(textOf(document.querySelector('.verdict')), /392 pairs of 396 and 396 requests/);
});

test('hostile text reaches the page as text', () => {
  const document = parse(hostileComparison());
  assert.equal(document.querySelectorAll('script').length, 1);
  assert.equal(document.querySelectorAll('img').length, 0);
  assert.equal(document.querySelectorAll('main a').length, 0);
  const text = document.body.textContent ?? '';
  for (const name of ['script', 'closing', 'quotes', 'rightToLeft', 'comment'] as const) {
    assert.ok(text.includes(HOSTILE[name]), name);
  }
  for (const hidden of ['\u0000', '\u001b', '\ufffe', '\ud800']) assert.ok(!text.includes(hidden));
});

test('cold are called the first requests of an instance and those that waited for it', () => {
  const document = parse(sample);
  const section = textOf(document.querySelector('section[aria-labelledby="cold"]'));
  assert.match(
    section,
    /^Cold requests The first request of each instance, and the requests that waited for that instance to start\. /,
  );
  const rows = [...document.querySelectorAll('section[aria-labelledby="cohorts"] th[scope="row"]')];
  assert.ok(rows.map(textOf).includes('Cold requests'));
});

test('the head says what the page is, from where, of which window and when requests began', () => {
  assert.match(
    textOf(parse(sample).querySelector('header')),
    /Shakesapp serverless: .* Read from shakesapp-demo since 2026-11-20 10:00:00 UTC until 2026-11-20 10:40:00 UTC\. Requests began from 2026-11-20 10:00:00 to 10:39:01 UTC\./,
  );
});

test('the table of contents leads to every section of the page', () => {
  const unmatched = { ...sample, unmatched: ['No trace matches.'] };
  for (const comparison of [sample, unmatched]) {
    const document = parse(comparison);
    const targets = [...document.querySelectorAll('nav a')].map((link) =>
      link.getAttribute('href'),
    );
    const sections = [...document.querySelectorAll('section[aria-labelledby]')].map(
      (section) => `#${section.getAttribute('aria-labelledby')}`,
    );
    assert.deepEqual(targets, sections);
    for (const target of targets) assert.ok(document.querySelector(target ?? '?'), target ?? '?');
  }
});

test('docs/compare.md explains the parts of the page in their order', () => {
  const docs = readFileSync(new URL('../../../../docs/compare.md', import.meta.url), 'utf8');
  const part = docs.slice(docs.indexOf('## Read the report'), docs.indexOf('### Questions'));
  const titles = [...parse(sample).querySelectorAll('nav[aria-label="Contents"] a')].map(textOf);
  const named = titles.slice(0, titles.indexOf('Where the difference arises') + 1);
  const explained = [...part.matchAll(/^\*\*\d\. .*?\*\* \*([^*]+)\*/gm)].map(([, title]) => title);
  assert.deepEqual(
    explained,
    named.filter((title) => title !== 'Failed requests'),
  );
});

test('two requests on one axis say that they are one request of the schedule, or that they are not', () => {
  const overlays = (comparison: Comparison) =>
    textOf(parse(comparison).querySelector('section[aria-labelledby="overlays"]'));
  assert.match(overlays(sample), /One request of the schedule on both sides: sequence /);
  const scheduledFor = (minute: string) => {
    const of = (trace: Drawn | null) =>
      trace && {
        ...trace,
        spans: trace.spans.map((span) => ({
          ...span,
          attributes: { ...span.attributes, [ATTR.scheduledMinute]: minute },
        })),
      };
    const side = ({ median, p95 }: Exemplars) => ({ median: of(median), p95: of(p95) });
    const { a, b } = sample.exemplars;
    return overlays({ ...sample, exemplars: { a: side(a), b: side(b) } });
  };
  assert.match(
    scheduledFor('2026-11-20T10:09:00.000Z'),
    /of the run for the schedule’s minute 2026-11-20 10:09 UTC, sent at 10:15:01 UTC, query/,
  );
  assert.match(scheduledFor('2026-11-20T10:15:00.000Z'), /minute 2026-11-20 10:15 UTC, query/);
  const exemplarsArePairs = { warm: false, cold: false };
  assert.match(overlays({ ...sample, exemplarsArePairs }), /no request has a partner on the other/);
});

test('without a verdict no difference stands beside the medians', () => {
  const overall = { ...sample.overall, verdict: 'not-enough-data', reason: 'too few' } as const;
  const hops = sample.hops.map((hop) => ({ ...hop, verdict: 'not-enough-data' as const }));
  const document = parse({ ...sample, overall, hops });
  assert.equal(document.querySelectorAll('.tiles > div').length, 2);
  assert.doesNotMatch(textOf(document.querySelector('.hops')), /[+−]\d/);
  assert.match(
    textOf(parse(sample).querySelector('.tiles')),
    /A − B, typical pair.*not of the two medians/,
  );
});

test('the source of the cohorts is called by its kind, a file by its format', () => {
  const { source, ...rest } = sampleComparison();
  for (const [of, words] of [
    [{ kind: 'cloud-trace', name: 'p' }, 'Source: Cloud Trace, project p'],
    [{ kind: 'file', format: 'OTLP JSON', name: 'a.json' }, 'Source: OTLP JSON file a.json'],
    [{ kind: 'file', name: 'a.json' }, 'Source: file a.json'],
  ] as const) {
    const page = renderHtml({ ...rest, source: { ...source, format: undefined, ...of } });
    assert.ok(parseHTML(page).document.body.textContent.includes(words), words);
  }
});

test('shed requests have a row of their cohorts, and none where nothing was shed', () => {
  const { a, b } = sample.cohorts;
  const rowsOf = (comparison: Comparison) =>
    [...parse(comparison).querySelectorAll('tr')].map(textOf).filter((row) => /^Shed/.test(row));
  const shed = rowsOf({ ...sample, cohorts: { a: { ...a, shed: 7 }, b } });
  assert.deepEqual(shed, ['Shed, without a traceat least 70']);
  assert.deepEqual(rowsOf(sample), []);
});

test('the contents link to the gate where there is one', () => {
  const linksOf = (comparison: Comparison) =>
    [...parse(comparison).querySelectorAll('nav a')].map((link) => link.getAttribute('href'));
  const conditions = [parseCondition('a slower than 1 %')];
  const gate = evaluateGate(sample, { conditions, requireVerdict: false });
  assert.deepEqual(linksOf({ ...sample, gate }).slice(0, 3), [
    '#configuration',
    '#verdict',
    '#gate',
  ]);
  assert.deepEqual(linksOf({ ...sample, gate, unmatched: ['None.'] }).slice(0, 2), [
    '#verdict',
    '#gate',
  ]);
  assert.ok(!linksOf(sample).includes('#gate'));
});

test('tiles and legends of windows of the clock name windows, and no platform', () => {
  const windows = { lengthMs: 60_000, mix: [], leftOut: { a: 0, b: 0 } };
  const { cohorts } = sample;
  const page = textOf(
    parse({
      ...sample,
      profile: 'general',
      cohorts: { a: { ...cohorts.a, frontEndStored: 0 }, b: cohorts.b },
      hops: sample.hops.map((hop) => ({ ...hop, split: null })),
      overall: { ...sample.overall, design: 'windows', windows },
    }).querySelector('body'),
  );
  assert.match(page, /A − B, typical window/);
  assert.match(page, /bootstrap over windows/);
  assert.match(page, /would have found a difference of 10 %/);
  assert.match(page, /network, proxies and queues/);
  assert.doesNotMatch(page, /typical run|network and platform|platform’s own/);
});
