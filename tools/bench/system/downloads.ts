/** Reading every object of a bucket when the benchmark asks for it, however a program does that. */

import { createHash } from 'node:crypto';
import { serve } from './channel.ts';

/** As many as server reads at a time. */
export const AT_A_TIME = 8;

type Listed = Readonly<{
  name: string;
  md5Hash: string;
  size: number;
  read(): Promise<Buffer>;
}>;

/** Lists and reads the objects for each query, and checks the MD5 and the length of each. */
export function serveDownloads(list: () => Promise<readonly Listed[]>): void {
  serve({
    async run(queries: number): Promise<Readonly<{ bytes: number; wrong: string | null }>> {
      let bytes = 0;
      let wrong: string | null = null;
      for (let query = 0; query < queries; query += 1) {
        const listed = await list();
        await Promise.all(
          listed.map(async ({ name, md5Hash, size, read }) => {
            const content = await read();
            bytes += content.length;
            const md5 = createHash('md5').update(content).digest('base64');
            if (md5 !== md5Hash || content.length !== size) wrong ??= `${name} is damaged`;
          }),
        );
      }
      return { bytes: bytes / queries, wrong };
    },
  });
  process.channel?.ref();
}
