import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SPAN } from '../../lib/telemetry/names.ts';
import { runCli } from '../tools/cli/run-cli.ts';
import { runOnce } from './run-system.ts';

describe('--instrument', () => {
  const run = async (t: TestContext, level: string) => {
    const { results } = await runOnce(t, [
      ...['--requests', '3', '--platforms', 'gke', '--instrument', level],
    ]);
    const { traces = 0, wholeTraces, trace } = results.platforms.gke ?? {};
    assert.equal(wholeTraces, traces, 'every trace has what the level makes');
    const spans = trace?.spans ?? [];
    return { traces, spans: new Set(spans.map(({ service, name }) => `${service}:${name}`)) };
  };

  it('none makes no trace, and every request has its answer', async (t) => {
    assert.deepEqual(await run(t, 'none'), { traces: 0, spans: new Set() });
  });

  it('http makes spans of loadgen and client, and none of server', async (t) => {
    const { traces, spans } = await run(t, 'http');
    assert.equal(traces, 3);
    assert.deepEqual(
      spans,
      new Set(['loadgen:loadgen', 'loadgen:GET', 'client:GET /', 'client:client']),
    );
  });

  it('grpc makes spans of server too', async (t) => {
    const { spans } = await run(t, 'grpc');
    const server = [...spans].filter((span) => span.startsWith('server:'));
    assert.deepEqual(
      server.sort(),
      [SPAN.rpc, SPAN.worksRead, SPAN.worksSearch].map((name) => `server:${name}`).sort(),
    );
  });
});

describe('--without', () => {
  const damages: [without: string, args: readonly string[], finding: RegExp][] = [
    ['parent', ['--front-end-spans', 'never'], /^Cloud Run’s front end replaced the parent/],
    ['sampled-flag', ['--drop-sampled-flag'], /^Not one request .* has these spans/],
  ];
  for (const [without, args, finding] of damages) {
    it(`${without} breaks every trace on Cloud Run, and the doctor has words for it`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'without-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const file = join(folder, 'traces.ndjson');
      const flags = ['--requests', '3', '--platforms', 'cloud_run', '--without', without, ...args];
      const { results } = await runOnce(t, [...flags, '--save', file], { code: 1 });
      const { ok, wholeTraces } = results.platforms.cloud_run ?? {};
      assert.deepEqual({ ok, wholeTraces }, { ok: 3, wholeTraces: 0 });
      const { code, stdout } = await runCli(['doctor', '--from', file, '--json']);
      assert.equal(code, 1, stdout);
      const { findings }: { findings: { finding: string }[] } = JSON.parse(stdout);
      assert.ok(
        findings.some((found) => finding.test(found.finding)),
        stdout,
      );
    });
  }
});
