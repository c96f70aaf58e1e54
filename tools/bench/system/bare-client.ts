/** The first hop with bare handlers: node:http that asks by grpc-js. `bare-client.ts SERVER_ADDR`. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { shakespeareService } from '../../../lib/rpc.ts';

const [address = ''] = process.argv.slice(2);
const client = new Client(address, credentials.createInsecure());
const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
const server = createServer((request, response) => {
  const query = new URL(request.url ?? '', 'http://bare').searchParams.get('q') ?? '';
  client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    { query },
    (error, answer) => {
      if (error) return void response.writeHead(500).end(error.message);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ query, matchCount: Number(answer?.match_count) }));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, message: 'listening' })}\n`);
});
