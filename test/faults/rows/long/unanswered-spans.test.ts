import assert from 'node:assert/strict';
import { faultRow } from '../../harness.ts';
import { runLoad } from '../../load.ts';
import { TRACE_BACKENDS } from '../../trace-backends.ts';

for (const { name, service, settings } of TRACE_BACKENDS) {
  faultRow({
    name: `${name} stores each batch and answers that it is unavailable until the end, and no span counts as lost`,
    // So long each program sends its batches again after SIGTERM.
    system: { settings, env: { all: { SHUTDOWN_TIMEOUT_MS: '30000' } } },
    async load(system) {
      system.cloud.faults.inject({ service, error: 'UNAVAILABLE', afterStoring: true });
      const requests = await runLoad(system, { perSecond: 5, seconds: 2 });
      // All at once: no request is under way, and one after the other takes three times as long.
      await Promise.all(Object.values(system.programs).map((program) => program.stop()));
      return requests;
    },
    expect: {
      unknown: [1, Number.POSITIVE_INFINITY],
      check({ total, copies }) {
        assert.equal(total.held, total.started, 'it stores each span');
        assert.ok(copies > 0, 'no batch was sent again');
      },
    },
  });
}
