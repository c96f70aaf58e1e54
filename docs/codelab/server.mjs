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

async function readTexts() {
  const { items } = await (await get(`?prefix=${encodeURIComponent(WORKS_PREFIX)}`)).json();
  return Promise.all(
    items.map(async ({ name }) => {
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
  texts ??= readTexts();
  const lines = (await texts).flatMap((text) => text.split('\n'));
  return lines.filter((line) => line.includes(query.toLowerCase())).length;
}

const { shakesapp } = grpc.loadPackageDefinition(loadSync('proto/shakesapp.proto'));
const server = new grpc.Server();
server.addService(shakesapp.ShakespeareService.service, {
  GetMatchCount({ request }, answer) {
    countLines(request.query).then(
      (count) => answer(null, { matchCount: count }),
      (error) => answer({ code: grpc.status.UNAVAILABLE, details: error.message }),
    );
  },
});
new HealthImplementation({ '': 'SERVING' }).addToServer(server);
server.bindAsync(`${HOST}:${PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
process.once('SIGTERM', () => server.tryShutdown(() => {}));
