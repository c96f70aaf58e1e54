import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import fastify from 'fastify';
import { request } from 'undici';
import { createLogger } from '../../../lib/telemetry/log.ts';
import { nameByRoute } from '../../../lib/telemetry/route.ts';
import { withSpan } from '../../../lib/telemetry/span.ts';
import { shutdownTelemetry } from '../../../lib/telemetry/telemetry.ts';
import { serverChannel } from './server-channel.ts';

/**
 * A client that somebody writes, with the telemetry as docs/telemetry.md says. Before it asks the server it
 * asks NEIGHBOUR_URL in each way that Node programs send requests, and passes on the headers of its
 * caller, as proxies do.
 */
type Shakespeare = grpc.Client & {
  getMatchCount(
    query: { query: string },
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    done: grpc.requestCallback<{ match_count: number }>,
  ): grpc.ClientUnaryCall;
};
type Shakesapp = {
  shakesapp: { ShakespeareService: new (...of: [string, grpc.ChannelCredentials]) => Shakespeare };
};

const { HOST, PORT, SERVER_ADDR = '', NEIGHBOUR_URL = '', SERVER_DEADLINE_MS } = process.env;

const proto = loadSync(new URL('../../../proto/shakesapp.proto', import.meta.url).pathname, {
  keepCase: true,
  longs: Number,
});
const { shakesapp } = grpc.loadPackageDefinition(proto) as unknown as Shakesapp;
const { target, credentials } = serverChannel(SERVER_ADDR);
const server = new shakesapp.ShakespeareService(target, credentials);
const getMatchCount = promisify(server.getMatchCount).bind(server);

const app = fastify();
app.addHook('onRequest', async ({ routeOptions }) => nameByRoute(routeOptions.url));
app.get('/health', async () => 'ok');
app.get<{ Querystring: { q: string } }>('/', ({ query: { q: query }, headers: caller }) =>
  withSpan('count', {}, async () => {
    const headers = passedOn(caller);
    await (await fetch(NEIGHBOUR_URL, { headers })).text();
    await (await request(NEIGHBOUR_URL, { headers })).body.text();
    const [response]: IncomingMessage[] = await once(get(NEIGHBOUR_URL, { headers }), 'response');
    if (response !== undefined) await text(response);
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const deadline = Date.now() + Number(SERVER_DEADLINE_MS ?? 10_000);
    const answer = await getMatchCount({ query }, metadata, { deadline });
    const match_count = answer?.match_count;
    return { query, matchCount: match_count, match_count };
  }),
);
await app.listen({ host: HOST ?? '127.0.0.1', port: Number(PORT ?? 8080) });

await once(process, 'SIGTERM');
await app.close();
server.close();
const project = process.env.GOOGLE_CLOUD_PROJECT ?? '';
await shutdownTelemetry(createLogger({ service: 'client', project }), 5_000);
process.exit();

function passedOn(caller: IncomingHttpHeaders): Record<string, string> {
  const names = ['b3', 'traceparent', 'x-cloud-trace-context', 'user-agent'];
  return Object.fromEntries(
    names.flatMap((name) => (caller[name] === undefined ? [] : [[name, String(caller[name])]])),
  );
}
