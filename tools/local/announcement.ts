import { writeAddresses } from '../cli/local-addresses.ts';
import type { LocalCloud } from './cloud/local-cloud.ts';
import type { Platform } from './platforms/platform.ts';

/**
 * Writes the file by which `--local`, and whoever starts a program beside this system, finds it. Says
 * who has it where another system runs; `remove` takes it away again.
 */
export async function announce(of: {
  cloud: LocalCloud;
  platforms: readonly Platform[];
  jobName: string;
  pageUrl: string;
  onProgress: (text: string) => void;
}): Promise<Readonly<{ remove(): Promise<void> }>> {
  const { cloud, platforms } = of;
  const { keptBy, remove } = await writeAddresses({
    pid: process.pid,
    projectId: cloud.projectId,
    region: cloud.region,
    traceReadOrigin: cloud.traceReadOrigin,
    schedulerAddress: cloud.schedulerAddress,
    jobName: of.jobName,
    pageUrl: of.pageUrl,
    storageOrigin: cloud.storageOrigin,
    otlpOrigin: cloud.otlpOrigin,
    traceWriteAddress: cloud.traceWriteAddress,
    certFile: cloud.authority.certFile,
    services: Object.fromEntries(
      platforms.map(({ name, loadgenUrl, clientUrl, serverAddress }) => [
        name,
        { loadgenUrl, clientUrl, serverAddress },
      ]),
    ),
  });
  if (keptBy !== undefined) {
    of.onProgress(`another local system runs (process ${keptBy.pid}): --local reads that one`);
  }
  return { remove };
}
