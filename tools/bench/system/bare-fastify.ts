/** The same as bare-client.ts, with Fastify in place of node:http: `bare-fastify.ts SERVER_ADDR`. */

import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { createBareCall } from './bare-call.ts';

const [address = ''] = process.argv.slice(2);
const call = createBareCall(address);
const app = fastify();
app.get<{ Querystring: { q?: string } }>('/', ({ query: { q = '' } }, reply) => {
  const pending = call(q, (error, body) => {
    if (error) return void reply.code(500).send(error.message);
    reply.type('application/json').send(body);
  });
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) pending.cancel();
  });
});
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
process.stdout.write(`${JSON.stringify({ port, message: 'listening' })}\n`);
