/**
 * The first hop with bare handlers: node:http that asks by grpc-js, `bare-client.ts SERVER_ADDR`. Its
 * calls have what any correct program gives them: a deadline, retries, and an end when the caller goes
 * away.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { SERVICE_NAME, shakespeareService } from '../../../lib/rpc.ts';

const DEADLINE_MS = 10_000;

const [address = ''] = process.argv.slice(2);
const client = new Client(address, credentials.createInsecure(), {
  'grpc.service_config_disable_resolution': 1,
  'grpc.service_config': JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: [{ service: SERVICE_NAME }],
        retryPolicy: {
          maxAttempts: 3,
          initialBackoff: '0.3s',
          maxBackoff: '1s',
          backoffMultiplier: 3,
          retryableStatusCodes: ['UNAVAILABLE'],
        },
      },
    ],
  }),
});
const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
const server = createServer((request, response) => {
  const query = new URL(request.url ?? '', 'http://bare').searchParams.get('q') ?? '';
  const call = client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    { query },
    { deadline: Date.now() + DEADLINE_MS },
    (error, answer) => {
      if (error) return void response.writeHead(500).end(error.message);
      response.setHeader('content-type', 'application/json');
      const matchCount = Number(answer?.match_count);
      response.end(JSON.stringify({ query, matchCount, match_count: matchCount }));
    },
  );
  response.once('close', () => {
    if (!response.writableEnded) call.cancel();
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port, message: 'listening' })}\n`);
});
