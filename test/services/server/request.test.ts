import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shakespeareService } from '../../../lib/rpc.ts';
import { deserializeRequest } from '../../../services/server/request.ts';

const { requestSerialize } = shakespeareService.GetMatchCount;
/** Field 1, as a string or bytes: both are the same on the wire. */
const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);

describe('deserializeRequest', () => {
  for (const query of ['love', '', 'ä—😀', '\ufffd', '\0']) {
    test(`reads ${JSON.stringify(query)} as the proto has it`, () => {
      assert.deepEqual(deserializeRequest(requestSerialize({ query })), { query });
    });
  }

  test('skips fields that it does not know', () => {
    const unknown = Buffer.from([0x12, 0x01, 0x78]);
    const bytes = Buffer.concat([unknown, requestSerialize({ query: 'love' }), unknown]);
    assert.deepEqual(deserializeRequest(bytes), { query: 'love' });
  });

  const refused: [title: string, bytes: Buffer, says: RegExp][] = [
    ['ISO-8859-1', field(Buffer.from('lové', 'latin1')), /not valid UTF-8/],
    ['half a character', field(Buffer.from([0xe2, 0x80])), /not valid UTF-8/],
    ['a surrogate', field(Buffer.from([0xed, 0xa0, 0x80])), /not valid UTF-8/],
    ['an overlong form', field(Buffer.from([0xc0, 0xaf])), /not valid UTF-8/],
    ['a field that is cut', Buffer.from([0x0a, 0x05, 0x78]), /not valid protobuf/],
    ['what is no protobuf', Buffer.from('{"query":"love"}'), /not valid protobuf/],
  ];
  for (const [title, bytes, says] of refused) {
    test(`refuses ${title}, and leaves it to the handler to say so`, () => {
      const request = deserializeRequest(bytes);
      assert.ok('refused' in request);
      assert.equal(request.refused.kind, 'invalidArgument');
      assert.match(request.refused.message, says);
    });
  }
});
