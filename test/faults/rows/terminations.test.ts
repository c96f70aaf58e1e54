import assert from 'node:assert/strict';
import { LEDGER_SIGNAL } from '../../../lib/telemetry/ledger.ts';
import { quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { lastCount, storedOf } from '../one-process.ts';
import type { Process } from '../process.ts';

for (const { name, pod, next, gone, killed } of [
  {
    name: 'server',
    pod: 'server-2',
    next: 'server-3',
    gone: ['http_503'],
    // Client repeats the call, and the next server answers it.
    killed: [],
  },
  {
    name: 'client',
    pod: 'client-1',
    next: 'client-3',
    gone: ['connect', 'reset'],
    // Loadgen repeats nothing.
    killed: ['reset'],
  },
] as const) {
  faultRow({
    name: `SIGTERM ends ${name} under load, and nothing is lost until the next one is there`,
    // In the quick form, replacements.test.ts ends client.
    form: 'full',
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 1,
      start: ({ programs }) => programs[name].stop(),
      stop: (system) => system.start(name),
    },
    expect: { documented: gone },
  });

  let old: Process | undefined;
  let countedBefore = 0;
  faultRow({
    name: `SIGKILL ends ${name} with requests in flight, and only its own spans are lost`,
    form: quickIf(name === 'server'),
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 0,
      forSeconds: 1,
      async start(system) {
        old = system.programs[name];
        await system.start(name);
        old.signal(LEDGER_SIGNAL);
        await old.line('telemetry so far');
        countedBefore = lastCount(old)?.stored ?? 0;
        // It takes requests and answers none, so that the kill meets some.
        old.freeze();
      },
      async stop() {
        old?.signal('SIGKILL');
        await old?.ended();
      },
    },
    expect: {
      killed: [name],
      documented: killed,
      broken: 'any',
      check({ requests }, system) {
        assert.ok(
          storedOf(system, pod) >= countedBefore,
          'it had counted spans that are not there',
        );
        const { started, stored } = lastCount(system.programs[name]) ?? {};
        assert.equal(stored, started);
        assert.equal(storedOf(system, next), stored);
        for (const kind of killed) assert.ok(requests.failed[kind], 'no request was in flight');
      },
    },
  });
}

faultRow({
  name: 'SIGTERM ends loadgen in a run, and what it has not begun is counted as dropped',
  load: { perSecond: 10, seconds: 20 },
  fault: {
    afterSeconds: 1,
    start: ({ programs }) => programs.loadgen.stop(),
  },
  expect: {
    documented: ['dropped_stopping'],
    check: ({ requests, complete }) => {
      assert.ok(requests.failed.dropped_stopping, 'it ended after its run');
      // The warm-up has two.
      assert.equal(complete, requests.ok + 2);
    },
  },
});
