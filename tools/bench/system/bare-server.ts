/** The second hop with bare handlers: grpc-js that answers a constant. `bare-server.ts COUNT`. */

import { Server, ServerCredentials } from '@grpc/grpc-js';
import { shakespeareService } from '../../../lib/rpc.ts';

const [count = '0'] = process.argv.slice(2);
const server = new Server();
const { GetMatchCount } = shakespeareService;
server.addService(
  { GetMatchCount },
  {
    GetMatchCount: (_call: unknown, callback: (error: null, answer: object) => void) =>
      callback(null, { match_count: count }),
  },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${JSON.stringify({ port, message: 'listening' })}\n`);
});
