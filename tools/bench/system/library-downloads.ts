/**
 * The same as bare-downloads.ts by Google's library, as its users read an object:
 * `library-downloads.ts ORIGIN BUCKET PREFIX`.
 */

import { EventEmitter } from 'node:events';
import { Storage } from '@google-cloud/storage';
import pLimit from 'p-limit';
import { AT_A_TIME, serveDownloads } from './downloads.ts';

const [origin = '', bucket = '', prefix = ''] = process.argv.slice(2);
const files = new Storage({ apiEndpoint: origin }).bucket(bucket);
const limit = pLimit(AT_A_TIME);
// The library's pipelines put eleven on each response, and node would write a warning for each.
EventEmitter.defaultMaxListeners = 20;

serveDownloads(async () => {
  const [listed] = await files.getFiles({ prefix });
  return listed.map((file) => ({
    name: file.name,
    md5Hash: file.metadata.md5Hash ?? '',
    size: Number(file.metadata.size),
    async read() {
      // Its own check takes longer than that of the downloads, which is the same for all.
      const [content] = await limit(() => file.download({ validation: false }));
      return content;
    },
  }));
});
