import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FIRST_MS, trafficOf } from '../../tools/traces/other-systems.ts';
import { WRITERS } from '../../tools/traces/sources/foreign-writers.ts';

const MINUTES = 12;

/** The files that docs/compare.md names: another system before a release and after it. */
export async function writeOtherTraces(folder: string): Promise<void> {
  const of = { of: 'demo', minutes: MINUTES } as const;
  const before = trafficOf({ ...of, version: '1.4', firstMs: FIRST_MS - MINUTES * 60_000 });
  const after = trafficOf({ ...of, version: '1.5', firstMs: FIRST_MS, seed: 2 });
  const files = { before, after, traces: [...before, ...after] };
  for (const [name, traces] of Object.entries(files)) {
    const document = WRITERS['OTLP JSON']?.(traces);
    await writeFile(join(folder, `${name}.json`), JSON.stringify(document));
  }
}
