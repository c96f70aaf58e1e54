import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { builtArguments, type ProgramName } from './programs.ts';
import { QUERY, type StandInCloud, startStandInCloud } from './stand-in-cloud.ts';

const RECORD = join(import.meta.dirname, 'record-cache.cjs');

type Started = Readonly<{ port: number; stop(): Promise<void> }>;

async function start(
  name: ProgramName,
  options: { folder: string; cloud: StandInCloud; upstream: Record<string, string> },
): Promise<Started> {
  const { folder, cloud, upstream } = options;
  const child = spawn(process.execPath, ['--require', RECORD, ...builtArguments(name)], {
    cwd: folder,
    env: {
      ...cloud.environment,
      ...upstream,
      NODE_OPTIONS: '',
      HOST: '127.0.0.1',
      PORT: '0',
      GOOGLE_CLOUD_PROJECT: 'image-build',
      OTEL_SERVICE_NAME: name,
      SPAN_FLUSH: 'before-response',
      // So that the program asks the metadata server, as on both platforms, without a search for it.
      K_SERVICE: name,
      ALLOW_PLAINTEXT_UPSTREAM: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // If another program fails, this one must not outlive the build.
  process.once('exit', () => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8');
  const exited = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      output += text;
      const listening = output.split('\n').find((line) => line.includes('"message":"listening"'));
      if (listening) resolve(JSON.parse(listening).port);
    });
    exited.then(([code]) => reject(new Error(`${name} ended with ${code}:\n${output}`)), reject);
  });
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}`);
    },
  };
}

/**
 * Starts all three programs that are built in `folder`, sends one run of requests through them, and stops
 * them: each then writes FOLDER/PROGRAM/program.cache, with all functions that ran. Throws if a count is
 * wrong or a program does not end as it should.
 *
 * V8 takes a cache only where its version and flags are the same, so NODE_OPTIONS of the build stays out.
 */
export async function bakeCaches(folder: string): Promise<void> {
  const cloud = await startStandInCloud();
  const at = { folder, cloud };
  const queries = { KNOWN_QUERIES: JSON.stringify({ [QUERY.text]: QUERY.lines }) };
  const server = await start('server', { ...at, upstream: { WORKS_BUCKET: 'texts' } });
  const toServer = { ...queries, SERVER_ADDR: `127.0.0.1:${server.port}` };
  const client = await start('client', { ...at, upstream: toServer });
  const toClient = { ...queries, CLIENT_ADDR: `127.0.0.1:${client.port}` };
  const loadgen = await start('loadgen', { ...at, upstream: toClient });
  const response = await fetch(`http://127.0.0.1:${loadgen.port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests: 2, intervalMs: 0 }),
  });
  const summary = await response.text();
  for (const program of [loadgen, client, server]) await program.stop();
  await cloud.close();
  if (JSON.parse(summary).ok !== 2) throw new Error(`not all requests succeeded: ${summary}`);
}
