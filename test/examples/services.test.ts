import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { diagnose } from '../../tools/doctor/diagnose.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { runOnce } from '../e2e/run-system.ts';
import { buildGoServer, buildPythonClient, buildPythonServer } from './builds.ts';
import { reasonToSkip } from './toolchains.ts';

const REQUESTS = 12;

const CHAINS = [
  { name: 'a server in Go', needs: ['go', 'python'], services: { server: buildGoServer } },
  { name: 'a server in Python', needs: ['python'], services: { server: buildPythonServer } },
  {
    name: 'a client in Python and a server in Go',
    needs: ['go', 'python'],
    services: { client: buildPythonClient, server: buildGoServer },
  },
] as const;

const LANGUAGES = new Map<() => Promise<string>, string>([
  [buildGoServer, 'go'],
  [buildPythonServer, 'python'],
  [buildPythonClient, 'python'],
]);

for (const { name, needs, services } of CHAINS) {
  describe(`${name}, written from docs/contract.md alone`, () => {
    it('gives right answers behind both platforms, in complete traces of all languages', {
      skip: reasonToSkip(...needs),
    }, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'example-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const saved = join(folder, 'traces.ndjson');
      const replace: string[] = [];
      for (const [program, build] of Object.entries(services)) {
        replace.push('--replace', `${program}=${await build()}`);
      }
      const requests = ['--requests', String(REQUESTS)];
      const { results } = await runOnce(t, [...requests, ...replace, '--save', saved]);
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
      const ofRequests = traces.filter(({ spans }) => spans.some(({ name }) => name === 'loadgen'));
      assert.equal(ofRequests.length, 2 * REQUESTS);
      for (const [program, build] of Object.entries(services)) {
        for (const { spans } of ofRequests) {
          const own = spans.filter(({ attributes }) => attributes['service.name'] === program);
          const languages = new Set(own.map((span) => span.attributes['telemetry.sdk.language']));
          assert.deepEqual([...languages], [LANGUAGES.get(build)]);
        }
      }
      const ids = diagnose(traces).findings.map(({ id }) => id);
      assert.deepEqual(ids, []);
    });
  });
}
