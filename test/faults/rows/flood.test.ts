import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, NO_REQUESTS, postRun } from '../load.ts';
import { checkHealth } from '../probes.ts';

faultRow({
  name: '20 posts at once against a client that hangs stay within memory',
  load: async (system) => {
    await system.links.client.set('silent');
    const body = { requests: byForm(250, 1_000), intervalMs: 0, maxInFlight: 1_000 };
    const posts = Array.from({ length: 20 }, () => postRun(system, body));
    // Those that have room are under way, and the rest is refused.
    await Promise.race(posts);
    await checkHealth(system.loadgenOrigin());
    await system.links.client.set('refuse');
    return (await Promise.all(posts)).reduce(addRequests, NO_REQUESTS);
  },
  expect: {
    // 408: a post whose body a busy process has not read within 10 s.
    documented: ['loadgen_503', 'loadgen_408', 'connect', 'reset'],
    // Of 4 posts, all requests begin before the first of their spans is in the queue.
    lost: 'any',
    shed: 'any',
    broken: 'any',
  },
});
