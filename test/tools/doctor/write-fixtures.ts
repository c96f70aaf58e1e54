import { writeFileSync } from 'node:fs';
import { renderTraceFile } from '../../../tools/traces/sources/trace-lines.ts';
import { DEFECTS } from './defects.ts';
import { PROJECT } from './healthy-traces.ts';

/** Writes the fixtures again: node test/tools/doctor/write-fixtures.ts */
const folder = new URL('../../fixtures/doctor/', import.meta.url);
const source = {
  kind: 'cloud-trace',
  name: PROJECT,
  local: false,
  since: '2026-11-20T10:00:00.000Z',
  until: '2026-11-20T10:30:00.000Z',
} as const;
for (const { file, traces, logs, cut } of DEFECTS) {
  const content = renderTraceFile(source, traces);
  const last = content.trimEnd().lastIndexOf('\n') + 1;
  writeFileSync(new URL(`${file}.ndjson`, folder), cut ? content.slice(0, last) : content);
  if (logs !== undefined) writeFileSync(new URL(`${file}.log.jsonl`, folder), logs);
}
