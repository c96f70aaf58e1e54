import { faultRow } from '../../harness.ts';
import { loadUntilOver } from '../../load.ts';
import { CLOSED_MEANWHILE, pauseEach } from '../../pauses.ts';

/** Longer than every deadline: `SERVER_DEADLINE_MS` is 50 s here, a request of loadgen's has 60 s. */
for (const [name, documented] of [
  ['server', ['http_504', 'http_503']],
  ['client', ['timeout']],
  ['loadgen', ['timeout', CLOSED_MEANWHILE]],
] as const) {
  faultRow({
    name: `${name} has no CPU for 120 s, and requests fail at their deadline`,
    load: loadUntilOver(10),
    fault: {
      afterSeconds: 1,
      start: (system) => pauseEach(system, { names: [name], seconds: 120 }),
    },
    expect: { documented },
  });
}
