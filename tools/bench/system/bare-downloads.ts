/**
 * A process that reads every object of the bucket and checks its MD5, with nothing but node:http:
 * `bare-downloads.ts ORIGIN BUCKET PREFIX`.
 */

import { createHash } from 'node:crypto';
import { Agent, get } from 'node:http';
import { serve } from './channel.ts';

type Item = Readonly<{ name: string; md5Hash: string; size: string }>;

/** As many as server reads at a time. */
const AT_A_TIME = 8;

const [origin = '', bucket = '', prefix = ''] = process.argv.slice(2);
const objects = `${origin}/storage/v1/b/${bucket}/o`;
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

serve({ run });
process.channel?.ref();

async function run(queries: number): Promise<Readonly<{ bytes: number; wrong: string | null }>> {
  let bytes = 0;
  let wrong: string | null = null;
  for (let query = 0; query < queries; query += 1) {
    const listing = await download(`${objects}?prefix=${encodeURIComponent(prefix)}`);
    const { items } = JSON.parse(listing.toString()) as { items: Item[] };
    await Promise.all(
      items.map(async ({ name, md5Hash, size }) => {
        const content = await download(`${objects}/${encodeURIComponent(name)}?alt=media`);
        bytes += content.length;
        const md5 = createHash('md5').update(content).digest('base64');
        if (md5 !== md5Hash || content.length !== Number(size)) wrong ??= `${name} is damaged`;
      }),
    );
  }
  return { bytes: bytes / queries, wrong };
}

function download(url: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  get(url, { agent }, async (response) => {
    try {
      resolve(Buffer.concat(await response.toArray()));
    } catch (error) {
      reject(error);
    }
  }).on('error', reject);
  return promise;
}
