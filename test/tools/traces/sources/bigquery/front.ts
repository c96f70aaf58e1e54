import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Call = Readonly<{ method: string; path: string; body: string }>;
/** What to answer in place of the emulator, or what to make of its answer. */
export type Answer = Readonly<{ status: number; body: unknown }>;

export type Front = Readonly<{
  host: string;
  calls: readonly Call[];
  close(): Promise<unknown>;
}>;

/**
 * Stands before the emulator, for what Google does and the emulator does not: it counts no bytes,
 * checks no permission, and has no query that takes long. `answer` returns null to leave it as it is.
 */
export async function startFront(
  emulatorHost: string,
  answer: (call: Call, real: Answer) => Answer | null,
): Promise<Front> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const call = await callOf(request);
    calls.push(call);
    const real = await forward(emulatorHost, call);
    const { status, body } = answer(call, real) ?? real;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `http://127.0.0.1:${port}`,
    calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const callOf = async (request: IncomingMessage): Promise<Call> => ({
  method: request.method ?? '',
  path: request.url ?? '',
  body: await text(request),
});

async function forward(host: string, { method, path, body }: Call): Promise<Answer> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== '' && { body }),
  });
  return { status: response.status, body: await response.json() };
}

/** A refusal as Google words it. */
export const refusal = (status: number, reason: string, message: string): Answer => ({
  status,
  body: { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } },
});
