import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startProgram } from '../../services/program.ts';
import { startFakeStorage } from '../../services/server/fake-storage.ts';

export const TEXT = 'To be\nor not\nto be\nthat is a question\n';

/** What the system must count, computed without any of its code. */
export function linesWith(query: string): number {
  const lines = TEXT.split('\n').filter((line) => line.toLowerCase().includes(query.toLowerCase()));
  return lines.length;
}

type Program = ReturnType<typeof startProgram>;

export type RunningProgram = Readonly<{ port: number; program: Program }>;

async function startOne(
  t: TestContext,
  name: string,
  entry: string,
  env: Record<string, string>,
): Promise<RunningProgram> {
  const program = startProgram(t, {
    entry,
    env: {
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: name,
      // Traced, so that every input passes propagator, sampler and attributes; then thrown away.
      OTEL_TRACES_EXPORTER: 'none',
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
  });
  return { program, port: Number((await program.line('listening')).port) };
}

/** The real server, which reads TEXT. */
export async function startServer(t: TestContext): Promise<RunningProgram> {
  const storage = await startFakeStorage();
  storage.put('plays/a', TEXT);
  t.after(() => storage.close());
  return await startOne(t, 'server', 'services/server/main.ts', {
    WORKS_BUCKET: 'works',
    WORKS_PREFIX: 'plays/',
    STORAGE_API_ENDPOINT: storage.origin,
  });
}

/** The three programs, each asking the next. */
export async function startSystem(t: TestContext) {
  const known = { KNOWN_QUERIES: JSON.stringify({ be: linesWith('be') }) };
  const server = await startServer(t);
  const client = await startOne(t, 'client', 'services/client/main.ts', {
    SERVER_ADDR: `127.0.0.1:${server.port}`,
    ...known,
  });
  const loadgen = await startOne(t, 'loadgen', 'functions/loadgen/main.ts', {
    CLIENT_ADDR: `127.0.0.1:${client.port}`,
    // Of a second, so that no input begins a run that outlives the test.
    LOADGEN_MAX_RUN_SECONDS: '2',
    LOADGEN_MAX_RUNS: '1000',
    LOADGEN_MAX_REQUESTS: '100000',
    ...known,
  });
  return { server, client, loadgen };
}

/** The input did no harm: the log has no error, nothing else is written, and SIGTERM ends it with 0. */
export async function assertUnhurt({ program }: RunningProgram): Promise<void> {
  const errors = program.lines.filter(({ severity }) =>
    ['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'].includes(String(severity)),
  );
  assert.deepEqual(errors.slice(0, 3), []);
  program.signal('SIGTERM');
  assert.equal(await program.exit(), 0, program.output.stderr);
  assert.equal(program.output.stderr, '');
}
