import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import {
  Client,
  type ClientReadableStream,
  credentials,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { runLoad } from '../load.ts';

const { Watch: watch } = healthService as unknown as {
  Watch: MethodDefinition<{ service: string }, { status: string }>;
};

/** At a time, so that this process posts the load meanwhile. */
const STREAMS_AT_A_TIME = 100;

/** Opens so many streams that never end, on a few connections; how the refused ones were refused. */
function openWatchers(address: string, count: number) {
  const clients = Array.from(
    { length: 10 },
    () =>
      new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const refused: Record<string, number> = {};
  const streams: ClientReadableStream<unknown>[] = [];
  const open = (client: Client) => {
    const stream = client.makeServerStreamRequest(
      watch.path,
      watch.requestSerialize,
      watch.responseDeserialize,
      { service: '' },
    );
    streams.push(stream.on('data', () => {}));
    stream.on('error', ({ code }: ServiceError) => {
      const name = status[code];
      refused[name] = (refused[name] ?? 0) + 1;
    });
  };
  const openAll = async () => {
    while (streams.length < count) {
      for (let i = 0; i < STREAMS_AT_A_TIME; i += 1) open(clients[i % clients.length] as Client);
      await setImmediate();
    }
  };
  const close = () => {
    for (const stream of streams) stream.cancel();
    for (const client of clients) client.close();
  };
  return { refused, opened: openAll(), close };
}

faultRow({
  name: 'thousands of watchers of the health of server are refused before memory grows',
  load: async (system) => {
    const watchers = openWatchers(system.links.server.host, byForm(2_000, 20_000));
    try {
      const requests = await runLoad(system, { perSecond: 10, seconds: byForm(4, 20) });
      await watchers.opened;
      return { ...requests, note: JSON.stringify(watchers.refused).replaceAll('"', '') };
    } finally {
      watchers.close();
    }
  },
  expect: {
    documented: ['http_503'],
    check: ({ requests }) => assert.match(requests.note ?? '', /RESOURCE_EXHAUSTED|UNAVAILABLE/),
  },
});
