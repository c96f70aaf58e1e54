import { writeFileSync } from 'node:fs';
import { contentOf, DEFECTS } from './defects.ts';

/** `npm run fixtures`: a file of traces for each row of DEFECTS, and one of log lines where it has some. */
const folder = new URL('../../fixtures/doctor/', import.meta.url);
for (const defect of DEFECTS) {
  const { file, logs } = defect;
  writeFileSync(new URL(`${file}.ndjson`, folder), contentOf(defect));
  if (logs !== undefined) writeFileSync(new URL(`${file}.log.jsonl`, folder), logs);
}
