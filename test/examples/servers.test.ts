import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { diagnose } from '../../tools/doctor/diagnose.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { runOnce } from '../e2e/run-system.ts';
import { buildGoServer, buildPythonServer } from './builds.ts';
import { reasonToSkip } from './toolchains.ts';

const REQUESTS = 12;

const SERVERS = [
  { language: 'go', name: 'Go', build: buildGoServer, needs: ['go', 'python'] },
  { language: 'python', name: 'Python', build: buildPythonServer, needs: ['python'] },
] as const;

for (const { language, name, build, needs } of SERVERS) {
  describe(`a server in ${name}, written from docs/contract.md alone`, () => {
    it('answers right behind both platforms, in complete traces of both languages', {
      skip: reasonToSkip(...needs),
    }, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'example-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const saved = join(folder, 'traces.ndjson');
      const command = await build();
      const { results } = await runOnce(t, [
        '--requests',
        String(REQUESTS),
        '--replace',
        `server=${command}`,
        '--save',
        saved,
      ]);
      for (const platform of ['cloud_run', 'gke'] as const) {
        const result = results.platforms[platform];
        assert.ok(result);
        const { ok, mismatched, wholeTraces, orphanSpans, healthSpans, spansLost } = result;
        assert.deepEqual(
          { ok, mismatched, wholeTraces, orphanSpans, healthSpans, spansLost },
          {
            ok: REQUESTS,
            mismatched: 0,
            wholeTraces: REQUESTS,
            orphanSpans: 0,
            healthSpans: 0,
            spansLost: 0,
          },
        );
      }
      const lines = (await readFile(saved, 'utf8')).trimEnd().split('\n').slice(1, -1);
      const traces = lines.map((line): Trace => JSON.parse(line));
      const requests = traces.filter(({ spans }) => spans.some((span) => span.name === 'loadgen'));
      assert.equal(requests.length, 2 * REQUESTS);
      for (const { spans } of requests) {
        const languages = new Set(
          spans
            .filter(({ attributes }) => attributes['service.name'] === 'server')
            .map(({ attributes }) => attributes['telemetry.sdk.language']),
        );
        assert.deepEqual([...languages], [language]);
      }
      const ids = diagnose(traces).findings.map(({ id }) => id);
      assert.deepEqual(ids, []);
    });
  });
}
