import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { Script } from 'node:vm';
import { Client, credentials } from '@grpc/grpc-js';
import { type Built, buildPrograms } from '../../../tools/image/bundle.ts';
import { bakeCaches } from '../../../tools/image/code-cache.ts';
import { PROGRAMS, type ProgramName } from '../../../tools/image/programs.ts';
import {
  QUERY,
  type StandInCloud,
  startStandInCloud,
} from '../../../tools/image/stand-in-cloud.ts';
import { startBuilt } from './built-program.ts';

const NAMES = Object.keys(PROGRAMS) as ProgramName[];
const MEGABYTE = 1_000_000;
const UNDICI = 'NativeModule internal/deps/undici/undici';

/**
 * What a start costs, in what can be counted. A limit is a little above what it is today, in the comment
 * (megabytes, modules, Node's own modules): raise it where the reason is good, and say so.
 */
const MOST: Readonly<Record<ProgramName, { bytes: number; modules: number; builtins: number }>> = {
  loadgen: { bytes: 4.1 * MEGABYTE, modules: 720, builtins: 215 }, // 3.99, 706, 205
  client: { bytes: 4.3 * MEGABYTE, modules: 710, builtins: 215 }, // 4.13, 694, 203
  server: { bytes: 3.7 * MEGABYTE, modules: 650, builtins: 215 }, // 3.60, 639, 206
};

describe('what the images run', () => {
  let folder: string;
  let cloud: StandInCloud;
  let built: Readonly<Partial<Record<ProgramName, Built>>> = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shakesapp-built-'));
    built = await buildPrograms(folder);
    cloud = await startStandInCloud();
  });
  after(async () => {
    await cloud?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const start = (t: TestContext, name: ProgramName, env: Record<string, string>) => {
    const storage = cloud.environment.STORAGE_API_ENDPOINT ?? '';
    return startBuilt(t, { folder, name, env: { STORAGE_API_ENDPOINT: storage, ...env } });
  };
  const environment: Readonly<Record<ProgramName, Record<string, string>>> = {
    loadgen: { KNOWN_QUERIES: '{"a":1}', CLIENT_ADDR: '127.0.0.1:1' },
    client: { KNOWN_QUERIES: '{"a":1}', SERVER_ADDR: '127.0.0.1:1' },
    server: { WORKS_BUCKET: 'texts' },
  };

  for (const name of NAMES) {
    test(`${name} has no more bytes than its limit`, (t) => {
      const bytes = built[name]?.bytes ?? Number.NaN;
      t.diagnostic(`${bytes} bytes`);
      assert.ok(bytes <= MOST[name].bytes, `${bytes} bytes`);
      assert.ok(bytes > MOST[name].bytes / 2, `${bytes} bytes: lower the limit`);
    });

    test(`${name} loads no more before it listens than its limit`, async (t) => {
      const program = await start(t, name, environment[name]);
      const { code, loaded } = await program.stop();
      assert.equal(code, 0);
      const { builtins, modules } = loaded;
      t.diagnostic(`${modules.length} modules, ${builtins.length} of node's modules`);
      assert.ok(
        modules.length > MOST[name].modules / 2,
        `${modules.length} modules: lower the limit`,
      );
      assert.ok(
        modules.length <= MOST[name].modules,
        `${modules.length} modules: ${modules.join('\n')}`,
      );
      assert.ok(builtins.length <= MOST[name].builtins, `${builtins.length} of node's modules`);
      // Its WebSocket is an export of node:http, which an ES import reads.
      assert.ok(!builtins.includes(UNDICI));
    });
  }

  test('has a code cache of what ran, which V8 takes', async () => {
    await bakeCaches(folder);
    for (const name of NAMES) {
      const file = join(folder, name, 'program.js');
      const cachedData = readFileSync(join(folder, name, 'program.cache'));
      const script = new Script(readFileSync(file, 'latin1'), { cachedData });
      assert.equal(script.cachedDataRejected, false);
      // Node's own compile cache of the same file, which lacks what is compiled later, has 0.6 MB.
      const { length } = cachedData;
      assert.ok(length > 2 * MEGABYTE && length < 3 * MEGABYTE, `${name}: ${length} bytes`);
    }
  });

  test('shows the proto by reflection', async (t) => {
    const server = await start(t, 'server', environment.server);
    const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    t.after(() => client.close());
    const stream = client.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
    );
    // ServerReflectionRequest{string file_containing_symbol=4}
    const symbol = Buffer.from('shakesapp.ShakespeareService');
    stream.write(Buffer.concat([Buffer.from([4 * 8 + 2, symbol.length]), symbol]));
    const [answer] = await stream.take(1).toArray();
    stream.cancel();
    assert.match(String(answer), /GetMatchCount/);
  });

  test('makes one complete trace of a request through client and server', async (t) => {
    const console = { OTEL_TRACES_EXPORTER: 'console' };
    const server = await start(t, 'server', { ...environment.server, ...console });
    const client = await start(t, 'client', {
      ...console,
      KNOWN_QUERIES: JSON.stringify({ [QUERY.text]: QUERY.lines }),
      SERVER_ADDR: `127.0.0.1:${server.port}`,
    });
    const url = `http://127.0.0.1:${client.port}/?q=${encodeURIComponent(QUERY.text)}`;
    const response = await fetch(url);
    assert.equal(response.status, 200, await response.text());
    const ends = [await client.stop(), await server.stop()];
    // Google's libraries would load it for the headers of the request to Cloud Storage.
    assert.ok(ends.every(({ loaded }) => !loaded.builtinsAtEnd.includes(UNDICI)));
    assert.deepEqual(
      ends.map(({ code }) => code),
      [0, 0],
    );
    const spans = [...client.lines(), ...server.lines()]
      .filter(({ message }) => message === 'span')
      .map(({ span }) => span as { name: string; traceId: string; kind: number });
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
    const named = (pattern: RegExp) => spans.filter(({ name }) => pattern.test(name)).length;
    assert.equal(named(/^GET/), 3, 'of HTTP: the request, the listing, the object');
    assert.equal(named(/grpc\.shakesapp/), 2, 'of gRPC: both ends of the call');
    assert.equal(named(/^works\./), 2);
    assert.equal(spans.length, 8);
  });
});
