import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runOnce } from './run-system.ts';

const PRELOAD = '--import ./lib/telemetry/preload.ts';

/** Our own programs as anybody would start them: with nothing but what --replace gives them. */
const REPLACE = ['services/server', 'services/client', 'functions/loadgen'].flatMap((folder) => [
  '--replace',
  `${folder.split('/')[1]}="${process.execPath}" ${PRELOAD} ${folder}/main.ts`,
]);

describe('npm start -- --once --replace', () => {
  it('answers every request by the programs that replace ours, in complete traces', async (t) => {
    const { results, stdout } = await runOnce(t, ['--requests', '4', ...REPLACE]);
    for (const name of ['cloud_run', 'gke'] as const) {
      const result = results.platforms[name];
      assert.ok(result);
      assert.deepEqual([result.ok, result.wholeTraces, result.orphanSpans], [4, 4, 0]);
      assert.deepEqual([result.spansStarted, result.processesFailed], [0, 0]);
    }
    assert.equal(results.replaced?.length, 6);
    assert.match(stdout, /replaced: server on gke by /);
  });
});
