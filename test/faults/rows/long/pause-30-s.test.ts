import { faultRow } from '../../harness.ts';
import { loadUntilOver } from '../../load.ts';
import { CLOSED_MEANWHILE, pauseEach } from '../../pauses.ts';

faultRow({
  name: 'each program has no CPU for 30 s in turn, and its requests only wait',
  load: loadUntilOver(10),
  fault: {
    afterSeconds: 1,
    start: (system) => pauseEach(system, { seconds: 30 }),
  },
  expect: { documented: [CLOSED_MEANWHILE] },
});
