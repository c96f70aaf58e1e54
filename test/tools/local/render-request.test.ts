import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderBroken, renderTypical } from '../../../tools/local/render-request.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { createWaterfall } from '../../../tools/traces/waterfall.ts';
import { createRequestTrace } from './example-traces.ts';

const broken = createWaterfall(
  normalise(
    createRequestTrace({
      platform: 'gcp_cloud_run',
      change: (span, index) => (index === 4 ? null : span),
    }),
  ),
);

describe('renderBroken', () => {
  it('names what the trace lacks and marks its orphan', () => {
    const text = renderBroken('Cloud Run (local)', { waterfall: broken, lacks: ['an edge'] });
    assert.match(
      text,
      /^\nThe trace of a request on Cloud Run \(local\) is incomplete. It lacks:\n/,
    );
    assert.match(text, /\n {2}- an edge\n/);
    assert.match(text, /INCOMPLETE\n/);
    assert.match(text, /! orphan: its parent is not in the trace/);
  });

  it('fits 100 columns whatever is missing', () => {
    const text = renderBroken('GKE', { waterfall: broken, lacks: ['x '.repeat(200)] });
    assert.ok(text.split('\n').every((line) => [...line].length <= 100));
  });
});

describe('renderTypical', () => {
  it('does not call a cold request a warm one', () => {
    assert.match(
      renderTypical('GKE', { ...broken, cold: false }),
      /The median warm request on GKE:/,
    );
    assert.match(
      renderTypical('GKE', { ...broken, cold: true }),
      /The median request on GKE \(no request was warm\):/,
    );
  });
});
