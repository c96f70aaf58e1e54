/**
 * Builds what the images run:
 *
 *   node tools/image/build.ts FOLDER
 *
 *   FOLDER/PROGRAM/start.cjs, program.js, …      our sources and their packages, in one file
 *   FOLDER/node_modules/@grpc/grpc-js            a name, because it is patched by that
 *   FOLDER/node_modules/PACKAGE/LICENSE …        the texts of all packages
 *
 * The Dockerfile runs it; a laptop runs the sources. docs/adr/0006-images-run-bundles.md says why.
 */
import { buildPrograms } from './bundle.ts';
import { copyLicences } from './licences.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node tools/image/build.ts FOLDER\n');
  process.exit(2);
}
const programs = await buildPrograms(folder);
for (const [name, { bytes }] of Object.entries(programs)) {
  process.stdout.write(`${name}: ${(bytes / 1e6).toFixed(1)} MB\n`);
}
copyLicences(folder);
