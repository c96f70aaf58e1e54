import assert from 'node:assert/strict';
import { byForm } from '../form.ts';
import { FLOODS, sendFlood } from '../frame-flood.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { readPeakMb } from '../vitals.ts';

/** Of each kind, half of which read no answer. */
const CONNECTIONS = byForm(2, 20);
/** Of server at its peak, garbage included: 45 to 140 MB were seen with 20 connections, 100 MB with 60. */
const MOST_MB_MORE = 250;

let frames: readonly string[] = [];
let peakMbBefore = 0;

faultRow({
  name: 'floods of HTTP/2 frames end their own connections to server, and other requests are answered, or refused while 1,000 calls are open',
  async load(system, over) {
    const requests = await loadUntilOver(10)(system, over);
    return { ...requests, note: `frames sent: ${frames.join(', ')}` };
  },
  fault: {
    afterSeconds: 0.5,
    async start({ programs }) {
      const { pid } = programs.server;
      const port = Number((await programs.server.line('listening')).port);
      peakMbBefore = readPeakMb(pid) ?? 0;
      frames = [];
      for (const flood of FLOODS) {
        frames = [...frames, `${flood.name} ${await sendFlood(port, flood, CONNECTIONS)}`];
      }
    },
  },
  expect: {
    // A flood of calls takes the process to its limit of calls, where others are refused too.
    documented: ['http_503'],
    check({ vitals }) {
      const more = (vitals['server-2']?.peakMb ?? Number.POSITIVE_INFINITY) - peakMbBefore;
      assert.ok(more <= MOST_MB_MORE, `server took ${more} MB more`);
    },
  },
});
