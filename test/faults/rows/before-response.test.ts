import assert from 'node:assert/strict';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { checkAnswer, checkHealth } from '../probes.ts';

/** With a flush that waits for the export, a request would take 30 s on each hop. */
const WAITING_MS = 10_000;

for (const fault of ['silent', 'refuse'] as const) {
  faultRow({
    name: `before-response with a Cloud Trace that is ${fault === 'silent' ? 'silent' : 'down'} delays no request and no probe`,
    form: quickIf(fault === 'silent'),
    system: { env: { all: { SPAN_FLUSH: 'before-response' } } },
    load: { perSecond: 10, seconds: byForm(6, 30) },
    fault: {
      afterSeconds: 1,
      forSeconds: byForm(3, 20),
      async start(system) {
        await system.links.trace.set(fault);
        await checkHealth(system.clientOrigin());
        // Answers come while the fault lasts: one that waited for it would never come.
        for (let request = 0; request < 3; request += 1) await checkAnswer(system.clientOrigin());
      },
      async stop(system) {
        await checkHealth(system.clientOrigin());
        await system.links.trace.set('pass');
      },
    },
    expect: {
      check({ requests }) {
        assert.ok((requests.p99Ms ?? Infinity) < WAITING_MS, `p99 is ${requests.p99Ms} ms`);
      },
    },
  });
}
