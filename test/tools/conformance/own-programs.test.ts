import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { reservePort } from '../../../tools/local/platforms/ports.ts';
import { ROOT } from '../../rules/sources.ts';

const PRELOAD = '--require ./lib/telemetry/early-signal.cjs --import ./lib/telemetry/preload.ts';

const CODELAB = '--import ./docs/codelab/tracing.mjs docs/codelab/server.mjs';

const PROGRAMS = [
  { flag: '--server', run: `${PRELOAD} ./services/server/main.ts`, at: 'localhost' },
  { flag: '--server', run: CODELAB, at: 'localhost' },
  { flag: '--client', run: `${PRELOAD} ./services/client/main.ts`, at: 'http://localhost' },
  { flag: '--loadgen', run: `${PRELOAD} ./functions/loadgen/main.ts`, at: 'http://localhost' },
] as const;

describe('npx shakesapp conformance', () => {
  for (const { flag, run, at } of PROGRAMS) {
    it(`finds nothing wrong with ours: ${flag} ${run.split('/').slice(-2).join('/')}`, async (t) => {
      const { port, release } = await reservePort();
      t.after(release);
      const command = `exec ${process.execPath} ${run}`;
      const args = ['conformance', flag, `${at}:${port}`, '--command', command, '--json'];
      const ended = await new Promise<{ code: unknown; out: string; wrote: string }>((resolve) =>
        execFile(
          process.execPath,
          ['tools/cli/main.ts', ...args],
          { cwd: ROOT },
          (error, out, wrote) => resolve({ code: error ? error.code : 0, out, wrote }),
        ),
      );
      assert.equal(ended.code, 0, ended.out + ended.wrote);
      assert.equal(JSON.parse(ended.out).conforms, true);
    });
  }
});
