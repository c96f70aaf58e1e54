import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runOnce } from './run-system.ts';

/** Our own server as anybody would start it: with nothing but what --replace gives it. */
const SERVER = `server="${process.execPath}" --import ./lib/telemetry/preload.ts services/server/main.ts`;

describe('npm start -- --once --replace', () => {
  it('answers every request by the program that replaces ours, in complete traces', async (t) => {
    const { results, stdout } = await runOnce(t, ['--requests', '4', '--replace', SERVER]);
    for (const name of ['cloud_run', 'gke'] as const) {
      const result = results.platforms[name];
      assert.ok(result);
      assert.deepEqual([result.ok, result.wholeTraces, result.orphanSpans], [4, 4, 0]);
      assert.deepEqual([result.spansLost, result.processesFailed], [0, 0]);
    }
    assert.equal(results.replaced?.length, 2);
    assert.match(stdout, /replaced: server on gke by /);
  });
});
