import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWireHeaders } from '../../../tools/local/wire-headers.ts';

const TRACE = 'a'.repeat(32);

describe('the headers on the wire', () => {
  it('are shown hop by hop: what the front end replaced, added, and left as it was', () => {
    const wire = createWireHeaders();
    wire.add({
      program: 'client',
      sent: { 'x-cloud-trace-context': `${TRACE}/1;o=1`, b3: `${TRACE}-1-1` },
      received: {
        'x-cloud-trace-context': `${TRACE}/2;o=1`,
        traceparent: '00-2-01',
        b3: `${TRACE}-1-1`,
      },
    });
    wire.add({ program: 'server', sent: { b3: 'another' }, received: { b3: 'another' } });
    assert.deepEqual(wire.render(TRACE).split('\n').slice(2, -1), [
      'loadgen → client, HTTP headers',
      `  x-cloud-trace-context sent       ${TRACE}/1;o=1`,
      `                        received   ${TRACE}/2;o=1`,
      `  b3                    unchanged  ${TRACE}-1-1`,
      '  traceparent           sent       -',
      '                        received   00-2-01',
    ]);
  });

  it('are none where no caller sent any', () => {
    const wire = createWireHeaders();
    wire.add({ program: 'client', sent: {}, received: { traceparent: `00-${TRACE}-2-00` } });
    assert.match(wire.render(TRACE), /front end: none\n$/);
  });
});
