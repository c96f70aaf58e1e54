import assert from 'node:assert/strict';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, NO_REQUESTS, type Requests, runLoad } from '../load.ts';
import type { System } from '../system.ts';

/** What each of the two hops waits for a flush at most, and in the full form room for the machine. */
const BOUND_MS = { background: 0, 'before-response': 200 };
const ROOM_MS = byForm(10_000, 2_000);

for (const flush of ['background', 'before-response'] as const) {
  const p99: Partial<Record<'pass' | 'refuse' | 'silent', number>> = {};

  const phases = async (system: System): Promise<Requests> => {
    let all = NO_REQUESTS;
    for (const state of ['pass', 'refuse', 'silent'] as const) {
      await system.links.trace.set(state);
      const requests = await runLoad(system, { perSecond: byForm(10, 20), seconds: byForm(2, 30) });
      p99[state] = Math.round(requests.p99Ms ?? Number.POSITIVE_INFINITY);
      all = addRequests(all, requests);
    }
    await system.links.trace.set('pass');
    const note = `p99 healthy ${p99.pass} ms, refusing ${p99.refuse} ms, silent ${p99.silent} ms`;
    return { ...all, note };
  };

  faultRow({
    name: `requests are as fast with a Cloud Trace that is down or silent (${flush})`,
    form: quickIf(flush === 'background'),
    system: { env: { all: { SPAN_FLUSH: flush } } },
    warmUp: 20,
    load: phases,
    expect: {
      check() {
        const { pass = 0, refuse = 0, silent = 0 } = p99;
        const most = pass + BOUND_MS[flush] + ROOM_MS;
        assert.ok(refuse <= most && silent <= most, JSON.stringify(p99));
      },
    },
  });
}
