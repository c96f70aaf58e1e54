import { faultRow } from '../harness.ts';
import { addRequests, NO_REQUESTS, postRun } from '../load.ts';
import { checkHealth } from '../probes.ts';

faultRow({
  name: '20 posts of 1,000 requests at once against a client that hangs stay within memory',
  load: async (system) => {
    const body = { requests: 1_000, intervalMs: 0, maxInFlight: 1_000 };
    const posts = Array.from({ length: 20 }, () => postRun(system, body));
    // Those that have room are under way, and the rest is refused, before loadgen is told to stop.
    await Promise.race(posts);
    await checkHealth(system.loadgenOrigin());
    system.programs.loadgen.signal('SIGTERM');
    return (await Promise.all(posts)).reduce(addRequests, NO_REQUESTS);
  },
  fault: {
    afterSeconds: 0,
    forSeconds: 0,
    start: ({ links }) => links.client.set('silent'),
    stop: () => {},
  },
  system: { env: { loadgen: { SHUTDOWN_TIMEOUT_MS: '20000' } } },
  expect: {
    documented: ['loadgen_503', 'stopped', 'dropped_stopping'],
    lost: 'any',
  },
});
