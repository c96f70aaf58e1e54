import { writeFileSync } from 'node:fs';
import { headLine, traceLine } from '../../../tools/compare/sources/trace-lines.ts';
import { DEFECTS } from './defects.ts';
import { PROJECT } from './healthy-traces.ts';

/** Writes the fixtures anew: node test/tools/doctor/write-fixtures.ts */
const folder = new URL('../../fixtures/doctor/', import.meta.url);
const head = headLine({
  kind: 'cloud-trace',
  name: PROJECT,
  local: false,
  since: '2026-11-20T10:00:00.000Z',
  until: '2026-11-20T10:30:00.000Z',
});
for (const { file, traces, logs } of DEFECTS) {
  writeFileSync(new URL(`${file}.ndjson`, folder), head + traces.map(traceLine).join(''));
  if (logs !== undefined) writeFileSync(new URL(`${file}.log.jsonl`, folder), logs);
}
