import type { Clock } from '../../../../lib/clock.ts';
import type { InstanceJournal } from '../journal.ts';
import type { GkeKnobs } from '../knobs.ts';
import type { InstanceView, ProgramName } from '../platform.ts';
import { type Check, startProbe } from '../probes.ts';
import type { Program } from '../program.ts';
import type { Replacement } from '../replacement.ts';
import { explainFailure, namedFailure } from '../start-failure.ts';

/** One pod with one container, which restarts whenever it ends. */
export type Pod = Readonly<{
  name: string;
  port: number;
  isReady(): boolean;
  /** Resolves when it is first ready; rejects when it ended twice before that, or was deleted. */
  firstReady: Promise<void>;
  /** SIGTERM, `graceMs`, SIGKILL; then releases its port and metadata server. */
  remove(reason: string, graceMs: number): Promise<void>;
  view(): InstanceView | undefined;
}>;

export function createPod(options: {
  name: string;
  program: ProgramName;
  port: number;
  startContainer(): Program;
  /** What the container runs in the place of our program. */
  replacement?: Replacement | undefined;
  /** The check of all three probes. */
  check: Check;
  knobs: GkeKnobs;
  clock: Clock;
  journal: InstanceJournal;
  onReadyChange(): void;
  /** Called when it is deleted. */
  release(): Promise<void>;
}): Pod {
  const { name, knobs, clock, journal, check, replacement } = options;
  const backOff = createBackOff(knobs);
  const firstReady = Promise.withResolvers<void>();
  firstReady.promise.catch(() => {});
  let wasReady = false;
  let ended = 0;
  let ready = false;
  let removing = false;
  let container: Program | undefined;
  let startedAtMs = clock.epochMs();
  let running: Promise<void> = Promise.resolve();
  let cancelRestart = () => {};
  let probes: { stop(): void }[] = [];

  const setReady = (now: boolean) => {
    if (ready === now) return;
    ready = now;
    if (now) {
      if (!wasReady) firstReady.resolve();
      wasReady = true;
      journal.event({ type: 'ready', afterMs: clock.epochMs() - startedAtMs });
    } else if (!removing && container?.isAlive()) {
      journal.event({ type: 'unready' });
    }
    options.onReadyChange();
  };

  const stopProbes = () => {
    for (const probe of probes.splice(0)) probe.stop();
  };

  const fail = (text: string, program: Program) => {
    const failure = explainFailure(text, { program, replacement });
    firstReady.reject(replacement ? namedFailure(options.program, replacement, failure) : failure);
  };

  const unhealthy = (program: Program, probe: string) => {
    stopProbes();
    journal.event({ type: 'stopping', reason: `${probe} probe failed` });
    // Ours are known to start; whether another program does is for its author to see at once.
    if (!wasReady && replacement) fail(`${name} failed its ${probe} probe`, program);
    setReady(false);
    void program.stop(knobs.terminationGraceMs, () => tellKilled(knobs.terminationGraceMs));
  };

  const tellKilled = (graceMs: number) =>
    journal.event({ type: 'killed', reason: `still running ${graceMs} ms after SIGTERM` });

  /** Liveness and readiness begin when the start-up probe has succeeded. */
  const watch = (program: Program) => {
    const startup = startProbe({
      check,
      knobs: knobs.startupProbe,
      // Healthy until so many failures say that it will not start.
      initially: true,
      clock,
      onResult(healthy, ok) {
        if (!healthy) return unhealthy(program, 'startup');
        if (!ok) return;
        stopProbes();
        const liveness = startProbe({
          check,
          knobs: knobs.livenessProbe,
          initially: true,
          clock,
          onResult: (alive) => {
            if (!alive) unhealthy(program, 'liveness');
          },
        });
        const readiness = startProbe({
          check,
          knobs: knobs.readinessProbe,
          initially: false,
          clock,
          onResult: setReady,
        });
        probes = [liveness, readiness];
      },
    });
    probes = [startup];
  };

  const start = (reason: string) => {
    startedAtMs = clock.epochMs();
    const program = options.startContainer();
    container = program;
    journal.event({ type: 'starting', pid: program.pid, reason });
    watch(program);
    running = program.exited.then((exit) => {
      stopProbes();
      const ranMs = clock.epochMs() - startedAtMs;
      journal.ended(program, exit, ranMs);
      setReady(false);
      if (removing) return;
      ended += 1;
      if (!wasReady && ended >= 2) {
        const how = exit.signal ?? `exit ${exit.code}`;
        fail(`${name} ended twice before it was ready (${how})`, program);
      }
      const delayMs = backOff(ranMs);
      if (delayMs > 0) journal.event({ type: 'backing-off', delayMs });
      cancelRestart = clock.after(delayMs, () => start('restart on failure'));
    });
  };
  start('scheduled');

  return {
    name,
    port: options.port,
    isReady: () => ready,
    firstReady: firstReady.promise,
    async remove(reason, graceMs) {
      if (!removing) {
        removing = true;
        stopProbes();
        cancelRestart();
        firstReady.reject(new Error(`${name} was removed before it was ready: ${reason}`));
        if (container?.isAlive()) {
          journal.event({ type: 'stopping', reason });
          setReady(false);
          await container.stop(graceMs, () => tellKilled(graceMs));
        }
        await running;
        await options.release();
      }
      await running;
    },
    view() {
      if (!container) return undefined;
      const state = container.isAlive()
        ? removing
          ? 'stopping'
          : ready
            ? 'ready'
            : 'starting'
        : 'exited';
      return {
        program: options.program,
        instanceId: name,
        pid: container.pid,
        startedAt: new Date(startedAtMs),
        state,
      };
    },
  };
}

/**
 * CrashLoopBackOff: how long a container that ran for `ranMs` waits before it restarts. The first
 * restart comes at once, then the wait doubles; a long good run resets it.
 */
export function createBackOff(
  knobs: Pick<GkeKnobs, 'backOffMs' | 'backOffMaxMs' | 'backOffResetMs'>,
): (ranMs: number) => number {
  let nextMs = 0;
  return (ranMs) => {
    if (ranMs >= knobs.backOffResetMs) nextMs = 0;
    const delayMs = nextMs;
    nextMs = Math.min(Math.max(knobs.backOffMs, nextMs * 2), knobs.backOffMaxMs);
    return delayMs;
  };
}
