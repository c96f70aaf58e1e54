/** Reads Cloud Trace in real time until it is killed, saying what it has read: for a test. */
import { createCloudTraceSource } from '../../../../tools/traces/sources/cloud-trace.ts';

const [rootUrl, cacheDirectory = '', sinceMs = '0', untilMs = '0'] = process.argv.slice(2);
const source = createCloudTraceSource({
  projectId: 'shakesapp-local',
  rootUrl: rootUrl || undefined,
  cacheDirectory,
  times: '30m',
  askedAtMs: Number(untilMs),
  sinceMs: Number(sinceMs),
  untilMs: Number(untilMs),
  mostTraces: 2_000_000,
  mostRuns: null,
  seed: 1,
  restart: false,
  onProgress: (text) => {
    if (text.includes('waiting')) process.stdout.write('waiting\n');
  },
});
let read = 0;
for await (const _ of source.read(new AbortController().signal)) {
  read += 1;
  if (read % 100 === 0) process.stdout.write(`${read}\n`);
}
