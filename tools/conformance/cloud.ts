import { createClosers } from '../local/closers.ts';
import { type LocalCloud, startLocalCloud } from '../local/cloud/local-cloud.ts';
import type { ProgramName } from '../local/platforms/platform.ts';
import { testedVariables } from './environment.ts';
import { textCountsIn } from './text-counts.ts';
import { BUCKET, OBJECTS, OBJECTS_PER_PAGE } from './texts.ts';

export type TestedCloud = Readonly<{
  cloud: LocalCloud;
  /** The ids of the spans that have arrived with a text as the expected count. */
  textCounts: ReadonlySet<string>;
  /** Of the program at this address; `upstream`: what it calls. */
  variables(
    at: Readonly<{ host: string; port: number }>,
    upstream: Readonly<Record<string, string>>,
    caller: NodeJS.ProcessEnv,
  ): Record<string, string>;
  close(): Promise<void>;
}>;

/** A program that exports each span alone is slow, not wrong: no check is about quotas. */
const QUOTAS = { readUnitsPerMinute: 1_000_000, writesPerMinute: 1_000_000 };

/** The local cloud with the texts of the checks, for one program. */
export async function startTestedCloud(program: ProgramName): Promise<TestedCloud> {
  const closers = createClosers();
  try {
    const textCounts = new Set<string>();
    const cloud = await startLocalCloud({
      objectsPerPage: OBJECTS_PER_PAGE,
      quotas: QUOTAS,
      onOtlpRequest(request) {
        for (const spanId of textCountsIn(request)) textCounts.add(spanId);
      },
    });
    closers.add(cloud.close);
    cloud.storage.objects.createBucket(BUCKET);
    for (const object of OBJECTS) cloud.storage.objects.put(BUCKET, object);
    const metadata = await cloud.startMetadataServer({
      platform: 'gke',
      instanceId: 'conformance',
      serviceAccountEmail: cloud.serviceAccount(program),
    });
    closers.add(metadata.close);
    return {
      cloud,
      textCounts,
      variables: (at, upstream, caller) =>
        testedVariables({
          program,
          cloud,
          metadataHost: metadata.host,
          ...at,
          upstream,
          caller,
        }),
      close: closers.closeAll,
    };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}
