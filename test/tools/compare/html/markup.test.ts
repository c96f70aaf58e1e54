import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreign, html, renderName, trusted } from '../../../../tools/compare/html/markup.ts';

test('every value is escaped, markup is not escaped twice', () => {
  const inner = html`<b>${'<&>'}</b>`;
  assert.equal(
    `${html`<p title="${`"'`}">${inner}</p>`}`,
    '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b></p>',
  );
});

test('lists are joined; what is not there leaves nothing', () => {
  assert.equal(`${html`${['a', html`<i>b</i>`, null, undefined, false, 0]}`}`, 'a<i>b</i>0');
});

test('what no HTML may hold becomes a replacement character', () => {
  assert.equal(`${html`${'\u0000a\u001b\ud800\ufffe\t\n'}`}`, '\ufffda\ufffd\ufffd\ufffd\t\n');
});

test('text of a trace is isolated, so that it cannot turn its surroundings', () => {
  assert.equal(`${foreign('\u202e<x>')}`, '<bdi>\u202e&lt;x&gt;</bdi>');
});

test('of a long name the package is left out, the same in every row, and the method never', () => {
  const text = (name: string) => `${renderName(name)}`.replaceAll(/<[^>]*>/g, '');
  assert.equal(
    text('grpc.shakesapp.ShakespeareService/GetMatchCount'),
    '…ShakespeareService/GetMatchCount',
  );
  assert.equal(text('GET /search/words'), 'GET /search/words');
  assert.equal(text('works.read'), 'works.read');
  assert.match(`${renderName('a.b/c')}`, /title="a\.b\/c"/);
});

test('only what is trusted passes as it is', () => {
  assert.equal(`${html`${trusted('<svg/>')}`}`, '<svg/>');
});
