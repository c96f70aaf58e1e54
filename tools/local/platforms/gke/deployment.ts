import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import type { GkeKnobs } from '../knobs.ts';
import type { InstanceView, ProgramName } from '../platform.ts';
import type { Pod } from './pod.ts';
import { type ServiceProxy, startServiceProxy } from './service-proxy.ts';

/** A Deployment and its Service: a number of pods of one program behind one address. */
export type Deployment = Readonly<{
  program: ProgramName;
  /** host:port, plain text. */
  address: string;
  ready(): Promise<void>;
  /**
   * RollingUpdate with maxSurge 1 and maxUnavailable 0: a new pod gets ready, then an old one is
   * removed. Where the new one does not get ready, the old ones stay and it rejects.
   */
  rollOut(): Promise<void>;
  views(): readonly InstanceView[];
  /** Ends the pods; the address stays until closeAddress(). */
  removePods(graceMs: number): Promise<void>;
  closeAddress(): Promise<void>;
}>;

export async function startDeployment(options: {
  program: ProgramName;
  knobs: GkeKnobs;
  clock: Clock;
  startPod(name: string, onReadyChange: () => void): Promise<Pod>;
}): Promise<Deployment> {
  const { program, knobs, clock } = options;
  const proxy: ServiceProxy = await startServiceProxy({
    addedLatencyMs: knobs.addedLatencyMs[program],
    clock,
  });
  const pods = new Set<Pod>();
  const leaving = new Set<Promise<void>>();
  let closing = false;

  const updateEndpoints = () =>
    proxy.setEndpoints([...pods].filter((pod) => pod.isReady()).map(({ port }) => port));

  const add = async (replicaSet: string) => {
    if (closing) throw new Error(`the Deployment ${program} is being removed`);
    const pod = await options.startPod(`${replicaSet}-${suffix()}`, updateEndpoints);
    pods.add(pod);
    // removePods() ran while this one was starting.
    if (closing) await pod.remove('the platform is closing', knobs.stopGraceMs);
    return pod;
  };

  /** Leaves the endpoints first, so that it gets no new connections. */
  const remove = (pod: Pod, reason: string, graceMs: number) => {
    pods.delete(pod);
    updateEndpoints();
    const gone = pod.remove(reason, graceMs).finally(() => leaving.delete(gone));
    leaving.add(gone);
    return gone;
  };

  const first = createReplicaSetName(program);
  await Promise.all(Array.from({ length: knobs.replicas }, () => add(first)));

  return {
    program,
    address: proxy.address,
    ready: async () => {
      await Promise.all([...pods].map((pod) => pod.firstReady));
    },
    async rollOut() {
      const replicaSet = createReplicaSetName(program);
      for (const old of [...pods]) {
        const pod = await add(replicaSet);
        try {
          await pod.firstReady;
        } catch (error) {
          await remove(pod, 'did not get ready', knobs.terminationGraceMs);
          throw error;
        }
        await remove(old, 'rolling replacement', knobs.terminationGraceMs);
      }
    },
    views: () => [...pods].flatMap((pod) => pod.view() ?? []),
    async removePods(graceMs) {
      closing = true;
      await Promise.all([...pods].map((pod) => remove(pod, 'the platform is closing', graceMs)));
      await Promise.all(leaving);
    },
    closeAddress: proxy.close,
  };
}

/** Kubernetes' alphabet for generated names: no vowels, no digits that look like letters. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

const letters = (count: number) =>
  [...randomBytes(count)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
const suffix = () => letters(5);
const createReplicaSetName = (program: string) => `${program}-${letters(10)}`;
