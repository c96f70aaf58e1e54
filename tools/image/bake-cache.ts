/**
 * Writes the code caches that the images hold:
 *
 *   node tools/image/bake-cache.ts FOLDER
 *
 * in the FOLDER that tools/image/build.ts wrote.
 */
import { bakeCaches } from './code-cache.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node tools/image/bake-cache.ts FOLDER\n');
  process.exit(2);
}
await bakeCaches(folder);
