/** A process that only reads a file's JSON: `parse-json.ts FILE lines|document`. Counts the spans. */

import { readFileSync } from 'node:fs';

type Line = Readonly<{ spans?: readonly unknown[] }>;
type Batch = Readonly<{ scopeSpans: readonly Readonly<{ spans: readonly unknown[] }>[] }>;

const [file = '', form] = process.argv.slice(2);
const bytes = readFileSync(file);
let spans = 0;
if (form === 'document') {
  const { resourceSpans } = JSON.parse(bytes.toString()) as { resourceSpans: readonly Batch[] };
  for (const { scopeSpans } of resourceSpans) spans += scopeSpans[0]?.spans.length ?? 0;
} else {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const line = JSON.parse(bytes.toString('utf8', from, end)) as Line;
    spans += line.spans?.length ?? 0;
    from = end + 1;
  }
}
process.stdout.write(`${spans}\n`);
