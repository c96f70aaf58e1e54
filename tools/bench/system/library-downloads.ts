/**
 * The same as bare-downloads.ts by Google's library, as its users read an object:
 * `library-downloads.ts ORIGIN BUCKET PREFIX`.
 */

import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Storage } from '@google-cloud/storage';
import pLimit from 'p-limit';
import { serve } from './channel.ts';

/** As many as server reads at a time. */
const AT_A_TIME = 8;

const [origin = '', bucket = '', prefix = ''] = process.argv.slice(2);
const files = new Storage({ apiEndpoint: origin }).bucket(bucket);
const limit = pLimit(AT_A_TIME);
// The library's pipelines put eleven on each response, and node would write a warning for each.
EventEmitter.defaultMaxListeners = 20;

serve({ run });
process.channel?.ref();

async function run(queries: number): Promise<Readonly<{ bytes: number; wrong: string | null }>> {
  let bytes = 0;
  let wrong: string | null = null;
  for (let query = 0; query < queries; query += 1) {
    const [listed] = await files.getFiles({ prefix });
    await Promise.all(
      listed.map(async (file) => {
        // Its own check takes longer than this one, which is that of the bare downloads.
        const [content] = await limit(() => file.download({ validation: false }));
        bytes += content.length;
        const md5 = createHash('md5').update(content).digest('base64');
        if (md5 !== file.metadata.md5Hash) wrong ??= `${file.name} is damaged`;
      }),
    );
  }
  return { bytes: bytes / queries, wrong };
}
