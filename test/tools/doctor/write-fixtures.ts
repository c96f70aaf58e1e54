import { writeFileSync } from 'node:fs';
import { contentOf, DEFECTS } from './defects.ts';

/** Writes the fixtures again: node test/tools/doctor/write-fixtures.ts */
const folder = new URL('../../fixtures/doctor/', import.meta.url);
for (const defect of DEFECTS) {
  const { file, logs } = defect;
  writeFileSync(new URL(`${file}.ndjson`, folder), contentOf(defect));
  if (logs !== undefined) writeFileSync(new URL(`${file}.log.jsonl`, folder), logs);
}
