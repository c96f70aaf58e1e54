import { request } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import { shakespeareService } from '../../../lib/rpc.ts';
import type { ProgramName } from '../../local/platforms/platform.ts';

export type FirstQuery = Readonly<{ query: string; expected: number }>;

/** Sends a program that has just started its first request. What is wrong with its answer, or null. */
export const FIRST_REQUEST: Readonly<
  Record<ProgramName, (port: number, known: FirstQuery) => Promise<string | null>>
> = {
  async loadgen(port) {
    const body = JSON.stringify({ requests: 1, intervalMs: 0 });
    const answer = await send(port, { method: 'POST', path: '/', body });
    return JSON.parse(answer).ok === 1 ? null : answer;
  },
  async client(port, { query, expected }) {
    const answer = await send(port, { method: 'GET', path: `/?q=${encodeURIComponent(query)}` });
    return JSON.parse(answer).matchCount === expected ? null : answer;
  },
  async server(port, { query, expected }) {
    const count = await callServer(port, query);
    return count === String(expected) ? null : `${count} lines`;
  },
};

function send(
  port: number,
  { method, path, body }: { method: string; path: string; body?: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { 'content-type': 'application/json' };
  const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
  request(options, async (response) => {
    resolve(Buffer.concat(await response.toArray()).toString());
  })
    .on('error', reject)
    .end(body);
  return promise;
}

function callServer(port: number, query: string): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { query }, (error, value) =>
    error ? reject(error) : resolve(value?.match_count ?? ''),
  );
  return promise.finally(() => client.close());
}
