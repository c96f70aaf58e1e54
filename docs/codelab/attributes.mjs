/**
 * Prints which attributes only one of two files of `--save` has, of the spans of `client` that answer a
 * request. Plain JavaScript, because a reader may have an older Node.js.
 *
 *     node docs/codelab/attributes.mjs archived.ndjson standard.ndjson
 */
import { readFileSync } from 'node:fs';

const files = process.argv.slice(2);

const valuesOf = (file) => {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const spans = lines.flatMap((line) => JSON.parse(line).spans ?? []);
  const own = spans.filter(
    ({ kind, attributes }) =>
      kind === 'server' && attributes['service.name'] === 'client',
  );
  return Object.assign({}, ...own.map(({ attributes }) => attributes));
};

const [one, other] = files.map(valuesOf);

const printOnlyIn = (file, values, others) => {
  console.log(`only in ${file}:`);
  for (const key of Object.keys(values).sort()) if (!(key in others)) console.log(`  ${key}`);
};
printOnlyIn(files[0], one, other);
printOnlyIn(files[1], other, one);
