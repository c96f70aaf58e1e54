import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { pauseEach } from '../pauses.ts';
import { withScript } from '../system.ts';

faultRow({
  name: 'each program has no CPU for 1 s in turn, and its requests only wait',
  load: loadUntilOver(10),
  fault: {
    afterSeconds: 0.5,
    start: (system) => pauseEach(system, { seconds: 1 }),
  },
  expect: {},
});

const BLOCKED = 'the event loop was blocked';
/** By signal: unlike a stop of the CPU, the process runs, and other threads go on. */
const BLOCKING = `
  process.on('SIGHUP', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    console.log(${JSON.stringify(BLOCKED)});
  });
`;

faultRow({
  name: 'the event loop of each program is blocked for 2 s in turn, and its requests only wait',
  form: 'full',
  system: { env: { all: { NODE_OPTIONS: withScript(BLOCKING) } } },
  load: loadUntilOver(10),
  fault: {
    afterSeconds: 0.5,
    async start({ programs }) {
      for (const program of Object.values(programs)) {
        program.signal('SIGHUP');
        await program.line(BLOCKED);
      }
    },
  },
  expect: {},
});
