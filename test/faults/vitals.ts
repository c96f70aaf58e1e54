import { readdirSync, readFileSync } from 'node:fs';

/** What a process takes of the machine; undefined where the system does not say (not Linux). */
export type Vitals = Readonly<{ peakMb: number | undefined; descriptors: Descriptors | undefined }>;
export type Descriptors = Readonly<{ first: number; most: number; last: number }>;

const EVERY_MS = 200;

/** Samples until stop(), which returns the result even if the process has ended by then. */
export function watchVitals(pid: number): { stop(): Vitals } {
  let peakMb: number | undefined;
  let descriptors: Descriptors | undefined;
  const sample = () => {
    peakMb = readPeakMb(pid) ?? peakMb;
    const count = countDescriptors(pid);
    if (count === undefined) return;
    descriptors = {
      first: descriptors?.first ?? count,
      most: Math.max(descriptors?.most ?? 0, count),
      last: count,
    };
  };
  sample();
  const timer = setInterval(sample, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      sample();
      return { peakMb, descriptors };
    },
  };
}

/** The most resident memory that it ever had. */
export function readPeakMb(pid: number): number | undefined {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1_024);
  } catch {
    return undefined;
  }
}

/** Undefined for a process that has ended, and where the system does not say. */
export function countDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}
