/*
 * A process that only reads a file's JSON: `parse-json.mjs FILE lines|document`. Prints the number of
 * spans. Plain JavaScript, because stripping types would count as reading.
 */
import { readFileSync } from 'node:fs';

const [file = '', form] = process.argv.slice(2);
const bytes = readFileSync(file);
let spans = 0;
if (form === 'document') {
  const { resourceSpans } = JSON.parse(bytes.toString());
  for (const { scopeSpans } of resourceSpans) spans += scopeSpans[0].spans.length;
} else {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const line = JSON.parse(bytes.toString('utf8', from, end));
    spans += line.spans?.length ?? 0;
    from = end + 1;
  }
}
process.stdout.write(`${spans}\n`);
