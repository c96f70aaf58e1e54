import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UsageError } from './command-line.ts';
import { isAlive } from './is-alive.ts';

/** Where `npm start` says which ports it chose; git ignores it. `--local` in the tools reads it. */
const ADDRESSES_FILE = join(dirname(fileURLToPath(import.meta.url)), '../../.local/addresses.json');

const schema = z.object({
  /** Process that serves these addresses: if it is gone, the file is stale. */
  pid: z.number().int(),
  projectId: z.string(),
  region: z.string(),
  /** Cloud Trace v1 (read), `http://127.0.0.1:PORT`. */
  traceReadOrigin: z.string(),
  /** Cloud Scheduler, gRPC in plain text, `localhost:PORT`. */
  schedulerAddress: z.string(),
  jobName: z.string(),
  /** The live page. */
  pageUrl: z.string(),
  /** Cloud Storage, OTLP over HTTP and Cloud Trace v2, for programs that somebody else starts. */
  storageOrigin: z.string().optional(),
  otlpOrigin: z.string().optional(),
  traceWriteAddress: z.string().optional(),
  /** The authority that signs what is served over TLS. */
  certFile: z.string().optional(),
  /** The three services of each platform that runs. */
  services: z
    .record(
      z.string(),
      z.object({ loadgenUrl: z.string(), clientUrl: z.string(), serverAddress: z.string() }),
    )
    .optional(),
});

export type Addresses = z.output<typeof schema>;

/**
 * Writes the file, unless another system that still runs has written it: the first one keeps it.
 * Returns the one that keeps it, and how to take the file away again, which leaves another's alone.
 */
export async function writeAddresses(
  addresses: Addresses,
  file = ADDRESSES_FILE,
): Promise<Readonly<{ keptBy?: Addresses; remove(): Promise<void> }>> {
  const running = await readAddresses(file).catch(() => undefined);
  if (running !== undefined && running.pid !== addresses.pid) {
    return { keptBy: running, remove: async () => {} };
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(addresses, null, 2)}\n`);
  return { remove: () => rm(file, { force: true }) };
}

/** The addresses of the running local cloud. Throws UsageError where none is running. */
export async function readAddresses(file = ADDRESSES_FILE): Promise<Addresses> {
  const none = 'no local system is running; start one with: npm start';
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(none, { cause: error });
  }
  const addresses = schema.parse(JSON.parse(content));
  if (!isAlive(addresses.pid)) throw new UsageError(none);
  return addresses;
}
