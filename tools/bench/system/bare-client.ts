/**
 * The first hop with bare handlers: node:http that asks by grpc-js, `bare-client.ts SERVER_ADDR`. A
 * call ends when its caller goes away.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBareCall } from './bare-call.ts';

const [address = ''] = process.argv.slice(2);
const call = createBareCall(address);
const server = createServer((request, response) => {
  const query = new URL(request.url ?? '', 'http://bare').searchParams.get('q') ?? '';
  const pending = call(query, (error, body) => {
    if (error) return void response.writeHead(500).end(error.message);
    response.setHeader('content-type', 'application/json');
    response.end(body);
  });
  response.once('close', () => {
    if (!response.writableEnded) pending.cancel();
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, message: 'listening' })}\n`);
});
