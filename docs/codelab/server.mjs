/**
 * A server for section 9 of the codelab that knows nothing of this project but docs/contract.md. It makes no
 * spans: tracing.mjs beside it adds them.
 */
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { HealthImplementation } from 'grpc-health-check';

const { STORAGE_API_ENDPOINT, WORKS_BUCKET, WORKS_PREFIX, HOST, PORT } = process.env;

async function get(path) {
  const answer = await fetch(`${STORAGE_API_ENDPOINT}/storage/v1/b/${WORKS_BUCKET}/o${path}`);
  if (!answer.ok) throw new Error(`Cloud Storage answered ${answer.status}`);
  return answer;
}

async function listNames(pageToken = '') {
  const query = new URLSearchParams({ prefix: WORKS_PREFIX.replace(/^\/$/, ''), pageToken });
  const { items = [], nextPageToken } = await (await get(`?${query}`)).json();
  const names = items.map(({ name }) => name).filter((name) => !name.endsWith('/'));
  return nextPageToken ? [...names, ...(await listNames(nextPageToken))] : names;
}

async function readTexts() {
  const names = await listNames();
  if (names.length === 0) {
    const code = grpc.status.FAILED_PRECONDITION;
    throw Object.assign(new Error('there are no texts'), { code });
  }
  return Promise.all(
    names.map(async (name) => {
      const content = await get(`/${encodeURIComponent(name)}?alt=media`);
      return decode(Buffer.from(await content.arrayBuffer())).toLowerCase();
    }),
  );
}

/** One of the plays is not UTF-8. */
const decode = (bytes) => {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('latin1');
};

let texts;

async function countLines(query) {
  texts ??= readTexts().catch((error) => {
    texts = undefined;
    throw error;
  });
  const lines = (await texts).flatMap((text) => text.split('\n'));
  return lines.filter((line) => line.includes(query.toLowerCase())).length;
}

/** Bytes that are not UTF-8 arrive as U+FFFD. */
const isAllowed = (query = '') =>
  query !== '' && Buffer.byteLength(query) <= 1_024 && !/[\n\r\ufffd]/.test(query);

const { shakesapp } = grpc.loadPackageDefinition(loadSync('proto/shakesapp.proto'));
const server = new grpc.Server();
server.addService(shakesapp.ShakespeareService.service, {
  GetMatchCount({ request }, answer) {
    if (!isAllowed(request.query)) {
      return answer({ code: grpc.status.INVALID_ARGUMENT, details: 'this query is not allowed' });
    }
    countLines(request.query).then(
      (count) => answer(null, { matchCount: count }),
      (error) => answer({ code: error.code ?? grpc.status.UNAVAILABLE, details: error.message }),
    );
  },
});
new HealthImplementation({ '': 'SERVING' }).addToServer(server);
server.bindAsync(`${HOST}:${PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
process.once('SIGTERM', () => server.tryShutdown(() => {}));
