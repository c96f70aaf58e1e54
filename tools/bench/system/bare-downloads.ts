/**
 * A process that reads every object of the bucket and checks its MD5, with nothing but node:http:
 * `bare-downloads.ts ORIGIN BUCKET PREFIX`.
 */

import { Agent, get } from 'node:http';
import { AT_A_TIME, serveDownloads } from './downloads.ts';

type Item = Readonly<{ name: string; md5Hash: string; size: string }>;

const [origin = '', bucket = '', prefix = ''] = process.argv.slice(2);
const objects = `${origin}/storage/v1/b/${bucket}/o`;
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

serveDownloads(async () => {
  const listing = await download(`${objects}?prefix=${encodeURIComponent(prefix)}`);
  const { items } = JSON.parse(listing.toString()) as { items: Item[] };
  return items.map(({ name, md5Hash, size }) => ({
    ...{ name, md5Hash, size: Number(size) },
    read: () => download(`${objects}/${encodeURIComponent(name)}?alt=media`),
  }));
});

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
