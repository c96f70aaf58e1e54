import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../cli/run-cli.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const fixture = (name: string) => path(`../../fixtures/doctor/${name}`);

const doctor = (...args: readonly string[]) => runCli(['doctor', ...args]);

test('exits 0 on a healthy run, 1 on a finding, 2 on bad usage', async () => {
  const [healthy, finding, usage, help] = await Promise.all([
    doctor('--from', fixture('healthy.ndjson'), '--logs', fixture('healthy.log.jsonl')),
    doctor('--from', fixture('works-search-missing.ndjson'), '--json'),
    doctor('--from', fixture('healthy.ndjson'), '--local'),
    doctor('--help'),
  ]);
  assert.equal(healthy.code, 0, healthy.stderr);
  assert.match(healthy.stdout, /^Healthy: \d+ rules looked/);
  assert.equal(finding.code, 1);
  assert.equal(JSON.parse(finding.stdout).findings[0].id, 'expected-edges');
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /--project P, --local, --bigquery P.D or --from FILE/);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--preflight/);
  assert.ok(help.stdout.split('\n').every((line) => line.length <= 80));
});

test('looks at one trace only where --trace names it', async () => {
  const defect = fixture('works-search-missing.ndjson');
  const [whole, broken, unknown] = await Promise.all([
    doctor('--from', defect, '--trace', 'e'.repeat(32)),
    doctor('--from', defect, '--trace', 'C'.repeat(32)),
    doctor('--from', defect, '--trace', '0'.repeat(32), '--json'),
  ]);
  assert.equal(whole.code, 0);
  assert.equal(broken.code, 1);
  assert.equal(JSON.parse(unknown.stdout).findings[0].id, 'no-traces');
});

test('a log file that there is not is bad usage, as a file of traces is', async () => {
  const { code, stderr } = await doctor('--from', fixture('healthy.ndjson'), '--logs', '/missing');
  assert.equal(code, 2);
  assert.match(stderr, /^doctor: --logs: cannot read \/missing: there is no such file \(see: /);
});
