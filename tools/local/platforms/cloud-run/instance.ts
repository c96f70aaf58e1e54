import { connect } from 'node:net';
import type { Clock } from '../../../../lib/clock.ts';
import { sleep } from '../../../../lib/clock.ts';
import type { InstanceJournal } from '../journal.ts';
import type { CloudRunKnobs } from '../knobs.ts';
import type { InstanceView, ProgramName } from '../platform.ts';
import type { Check } from '../probes.ts';
import type { Program } from '../program.ts';
import type { Replacement } from '../replacement.ts';
import { explainFailure } from '../start-failure.ts';
import { createOwnSpanSampler, type OwnSpanSampler } from './own-span.ts';
import type { StopLedger } from './stops.ts';
import type { Upstream } from './upstream.ts';

/** What the instance runs in: its process, its connection, and what is released at its end. */
export type Container = Readonly<{
  program: Program;
  port: number;
  /** What it runs in the place of our program. */
  replacement?: Replacement | undefined;
  /** What the start-up probe asks. */
  check: Check;
  upstream: Upstream;
  release(): Promise<void>;
}>;

/** One container instance of a service, from its cold start to its end. */
export type Instance = Readonly<{
  id: string;
  upstream: Upstream;
  ownSpans: OwnSpanSampler;
  /** Resolves when its start-up probe succeeds; rejects when it ends before, or takes too long. */
  ready: Promise<void>;
  /** Resolves when the process has ended and its port and metadata server are released. */
  gone: Promise<void>;
  isReady(): boolean;
  /** Requests that it is working on. */
  active(): number;
  begin(): void;
  end(): void;
  stop(reason: string): Promise<void>;
  view(): InstanceView;
}>;

export function createInstance(options: {
  id: string;
  service: ProgramName;
  container: Container;
  knobs: CloudRunKnobs;
  clock: Clock;
  journal: InstanceJournal;
  stops: StopLedger;
  reason: string;
  onIdle: () => void;
}): Instance {
  const { id, service, container, knobs, clock, journal, stops } = options;
  const { program, upstream } = container;
  const startedAtMs = clock.epochMs();
  let state: 'starting' | 'ready' | 'stopping' | 'exited' = 'starting';
  let isToldToStop = false;
  let active = 0;
  let cancelFreeze = () => {};
  let cancelIdle = () => {};
  journal.event({ type: 'starting', pid: program.pid, reason: options.reason });

  const thaw = () => {
    cancelFreeze();
    if (!program.isFrozen()) return;
    program.thaw();
    stops.thawed(id, clock.epochMs());
    journal.event({ type: 'thawed' });
  };

  const freeze = () => {
    // A container that wakes from a long stop resets connections that were idle.
    upstream.disconnect();
    program.freeze();
    stops.frozen(id, clock.epochMs());
    journal.event({ type: 'frozen' });
  };

  /** Without requests: no CPU with request-based billing, and after a while no instance. */
  const rest = () => {
    if (active > 0 || state !== 'ready') return;
    if (knobs.billing === 'request') cancelFreeze = clock.after(knobs.freezeDelayMs, freeze);
    cancelIdle = clock.after(knobs.idleMs, options.onIdle);
  };

  const ready = waitForStart({ container, knobs, clock }).then(() => {
    if (state !== 'starting') return;
    state = 'ready';
    journal.event({ type: 'ready', afterMs: clock.epochMs() - startedAtMs });
    rest();
  });
  ready.catch((error: Error) => {
    // One that is told to stop did not fail to start.
    if (!isToldToStop) journal.event({ type: 'failed', reason: error.message });
    program.kill();
  });

  const gone = program.exited.then(async (exit) => {
    cancelFreeze();
    cancelIdle();
    upstream.disconnect();
    state = 'exited';
    journal.ended(program, exit, clock.epochMs() - startedAtMs);
    await container.release();
  });

  return {
    id,
    upstream,
    ownSpans: createOwnSpanSampler(knobs, clock),
    ready,
    gone,
    isReady: () => state === 'ready',
    active: () => active,
    begin() {
      active += 1;
      cancelIdle();
      thaw();
    },
    end() {
      active -= 1;
      rest();
    },
    async stop(reason) {
      if (state === 'starting' || state === 'ready') {
        state = 'stopping';
        isToldToStop = true;
        cancelIdle();
        thaw();
        journal.event({ type: 'stopping', reason });
        await program.stop(knobs.stopGraceMs, () =>
          journal.event({
            type: 'killed',
            reason: `still running ${knobs.stopGraceMs} ms after SIGTERM`,
          }),
        );
      }
      await gone;
    },
    view: () => ({
      program: service,
      instanceId: id,
      pid: program.pid,
      startedAt: new Date(startedAtMs),
      state: state === 'ready' && program.isFrozen() ? 'frozen' : state,
    }),
  };
}

/**
 * The start-up probe of terraform/, HTTP or gRPC. While nothing listens it only connects: that takes
 * the starting process no time.
 */
async function waitForStart(options: {
  container: Container;
  knobs: Pick<CloudRunKnobs, 'startupTimeoutMs' | 'startupPollMs' | 'startupProbeTimeoutMs'>;
  clock: Clock;
}): Promise<void> {
  const { container, knobs, clock } = options;
  const { program, port } = container;
  const untilMs = clock.epochMs() + knobs.startupTimeoutMs;
  const succeeds = async () => {
    if (!(await answers(port))) return false;
    const abort = new AbortController();
    const cancel = clock.after(knobs.startupProbeTimeoutMs, () => abort.abort());
    return container
      .check(abort.signal)
      .then(
        (ok) => ok,
        () => false,
      )
      .finally(cancel);
  };
  while (!(await succeeds())) {
    if (!program.isAlive()) {
      throw explainFailure(`the container ended before it was ready on ${port}`, container);
    }
    if (clock.epochMs() > untilMs) {
      const text = `the start-up probe on ${port} failed for ${knobs.startupTimeoutMs} ms`;
      throw explainFailure(text, container);
    }
    await sleep(clock, knobs.startupPollMs);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
