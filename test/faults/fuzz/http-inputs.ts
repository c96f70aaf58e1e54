import fc from 'fast-check';
import type { Sent } from './http-connection.ts';
import { BAD_BODIES, BAD_METHODS, BAD_TARGETS, HEADERS, VERSIONS } from './http-parts.ts';

/** What a program takes, so that some inputs are requests and the others come near to being some. */
export type HttpVocabulary = Readonly<{
  methods: readonly string[];
  targets: readonly string[];
  bodies: readonly string[];
}>;

/** Mostly what is right: one wrong thing at a time gets further than many. */
const mostly = (right: readonly string[], wrong: readonly string[], weight = 12) =>
  fc.oneof(
    { weight, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 12 }) },
  );

function message({ methods, targets, bodies }: HttpVocabulary): fc.Arbitrary<string> {
  const headers = fc.array(fc.constantFrom(...HEADERS), { maxLength: 2, size: 'max' });
  return fc
    .record({
      method: mostly(methods, BAD_METHODS),
      target: mostly(targets, BAD_TARGETS, 5),
      version: mostly(['HTTP/1.1'], VERSIONS, 20),
      host: fc.constantFrom(...Array<string>(9).fill('Host: a\r\n'), ''),
      headers: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, headers),
      body: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...bodies) },
        { weight: 1, arbitrary: fc.constantFrom(...BAD_BODIES) },
      ),
      sized: fc.constantFrom(true, true, true, false),
      newline: fc.constantFrom(...Array<string>(12).fill('\r\n'), '\n', '\r'),
    })
    .map(({ method, target, version, host, headers, body, sized, newline }) => {
      const length = sized && body !== '' ? [`Content-Length: ${Buffer.byteLength(body)}`] : [];
      const lines = [`${method} ${target} ${version}`, ...headers, ...length];
      const [first = '', ...rest] = lines;
      return `${first}${newline}${host}${rest.map((line) => line + newline).join('')}${newline}${body}`;
    });
}

/** Bytes of one connection: requests that are right, wrong, several, cut or changed. */
export function httpInputs(vocabulary: HttpVocabulary): fc.Arbitrary<Sent> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const change = fc.record({
    kind: fc.constantFrom('insert', 'replace', 'remove', 'repeat'),
    place,
    byte: fc.oneof(fc.constantFrom(0, 10, 13, 32, 58, 127, 128, 255), fc.nat({ max: 255 })),
  });
  return fc
    .record({
      messages: fc.oneof(
        { weight: 5, arbitrary: fc.array(message(vocabulary), { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(message(vocabulary), { minLength: 2, maxLength: 4 }) },
      ),
      changes: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        fc.array(change, { maxLength: 3 }),
      ),
      end: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: place }),
      cut: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: place }),
      hangsUp: fc.constantFrom(...Array(9).fill(false), true),
    })
    .map(({ messages, changes, end, cut, hangsUp }) => {
      let bytes = Buffer.from(messages.join(''), 'latin1');
      for (const { kind, place, byte } of changes) {
        const at = Math.floor(place * bytes.length);
        const skipped = kind === 'replace' || kind === 'remove' ? 1 : 0;
        const put =
          kind === 'remove' ? [] : kind === 'repeat' ? bytes.subarray(at, at + 40) : [byte];
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(put),
          bytes.subarray(at + skipped),
        ]);
      }
      bytes = bytes.subarray(0, Math.ceil(end * bytes.length));
      const cutAt = Math.ceil(cut * bytes.length);
      // As text, so that a report can be read.
      const shown = () => JSON.stringify({ bytes: bytes.toString('latin1'), cutAt, hangsUp });
      return { bytes, cutAt, hangsUp, [fc.toStringMethod]: shown };
    });
}
