import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRC32C } from '@google-cloud/storage';
import fc from 'fast-check';
import { AppError } from '../../../lib/errors.ts';
import { countMatchingLines } from '../../../services/server/match.ts';
import { createObjectStore } from '../../../services/server/objects.ts';
import { createWorksPerRequest } from '../../../services/server/per-request-works.ts';
import {
  type Change,
  change,
  changedBytes,
  changedDocument,
  sendChanged,
  startBackend,
  UNCHANGED,
} from './changed-answer.ts';
import { fuzz, type Verdict } from './surface.ts';

const TEXTS: Readonly<Record<string, string>> = {
  'plays/a': 'To be\nor not\nto be\n',
  'plays/b': 'that is the question\nto be\n',
  'plays/c': 'rest\n'.repeat(40),
};
/** Lines with "be". */
const COUNTS: Readonly<Record<string, number>> = { 'plays/a': 2, 'plays/b': 1, 'plays/c': 0 };

function crc32c(text: string): string {
  const checksum = new CRC32C();
  checksum.update(Buffer.from(text));
  return checksum.toString();
}

const PAGES: readonly object[] = [
  { items: ['plays/a', 'plays/b'].map(itemOf), nextPageToken: '2' },
  { items: ['plays/c'].map(itemOf) },
];

function itemOf(name: string) {
  const text = TEXTS[name] ?? '';
  return { name, generation: '7', size: String(Buffer.byteLength(text)), crc32c: crc32c(text) };
}

/** A byte may have changed in a name, so what counts is the listing as it went out. */
function listingIn(body: string | Buffer): object | undefined {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
}

/** The objects of the listing that was really served, read as the API documents it. */
function namesIn(pages: ReadonlyMap<string, object>): string[] {
  const names: string[] = [];
  let token: unknown = '';
  for (let page = pages.get(''); page !== undefined; page = pages.get(String(token))) {
    const { items = [], nextPageToken } = page as {
      items?: { name: string }[];
      nextPageToken?: string;
    };
    names.push(...items.map(({ name }) => name).filter((name) => !name.endsWith('/')));
    if (!nextPageToken) break;
    token = nextPageToken;
  }
  return names;
}

test('whatever Storage answers, the count is right or there is none', async (t) => {
  let changes: readonly [page: Change, object: Change, lasting: boolean];
  let answered = 0;
  const served = new Map<string, object>();
  const host = await startBackend(t, (request, response) => {
    const url = new URL(request.url ?? '', 'http://storage');
    const name = decodeURIComponent(url.pathname.split('/o/')[1] ?? '');
    const [ofPage, ofObject, lasting] = changes;
    answered += 1;
    if (name === '') {
      const token = url.searchParams.get('pageToken') ?? '';
      const mine = token === '' || lasting ? ofPage : UNCHANGED;
      const page = changedDocument(PAGES[token === '2' ? 1 : 0] ?? {}, mine);
      const bytes = Buffer.from(JSON.stringify(page));
      served.set(token, listingIn(changedBytes(bytes, mine).body) ?? page);
      return sendChanged(response, bytes, mine);
    }
    const mine = name === 'plays/b' && (lasting || answered < 5) ? ofObject : UNCHANGED;
    response.setHeader('x-goog-hash', `crc32c=${crc32c(TEXTS[name] ?? '')}`);
    sendChanged(response, Buffer.from(TEXTS[name] ?? ''), mine, 'text/plain');
  });
  const store = createObjectStore({
    apiEndpoint: `http://${host}`,
    bucket: 'works',
    prefix: '',
    access: 'public',
    attempts: 2,
    attemptTimeoutMs: 60_000,
    retryDelayMs: 1,
  });
  const works = createWorksPerRequest(store);
  t.after(() => works.close());
  const none = fc.constant(UNCHANGED);
  await fuzz({
    name: 'answers of Storage',
    quick: 200,
    full: 5_000,
    input: fc.tuple(fc.oneof(change, none), fc.oneof(change, none), fc.boolean()),
    judge: async (input): Promise<Verdict> => {
      changes = input;
      answered = 0;
      served.clear();
      let found: Awaited<ReturnType<typeof works.read>>;
      try {
        found = await works.read(new AbortController().signal);
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
        assert.ok(['unavailable', 'failedPrecondition'].includes(error.kind), error.kind);
        assert.ok(answered <= 20, `${answered} calls`);
        return 'refused';
      }
      const names = namesIn(served);
      assert.equal(new Set(names).size, names.length, 'an object counts twice');
      const counted = found.snapshot.works.map(({ name, loweredParts }) => {
        const loweredText = loweredParts.join('');
        assert.equal(loweredText, TEXTS[name]?.toLowerCase(), name);
        return countMatchingLines(loweredText, 'be');
      });
      assert.deepEqual(
        counted.reduce((sum, count) => sum + count, 0),
        names.reduce((sum, name) => sum + (COUNTS[name] ?? Number.NaN), 0),
      );
      return 'accepted';
    },
  });
});
