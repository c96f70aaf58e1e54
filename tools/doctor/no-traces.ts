import { counted } from '../cli/format.ts';
import type { Reading } from '../traces/profile/profile.ts';
import { rootText } from '../traces/profile/root-pattern.ts';

/** Silence proves nothing: a project without traces is not a healthy one. */
const NO_TRACES = {
  id: 'no-traces',
  finding: 'There is no trace to look at.',
  cause:
    'Nothing ran in this time, or the spans are stored in another project, are not sampled, or ' +
    'cannot be stored. Or they are of another system: --profile general reads those.',
  fix:
    'Send a request (npx shakesapp load run), wait a minute, and run the doctor again with a ' +
    'longer --since. Look for export errors in the logs of the programs.',
} as const;

/** Of another system nobody knows what sends requests. */
const NO_TRACES_OF_ANY = {
  ...NO_TRACES,
  cause:
    'Nothing ran in this time, or the spans are stored in another project, are not sampled, or ' +
    'cannot be stored.',
  fix:
    'Send a request, wait a minute, and run the doctor again with a longer --since or another ' +
    '--filter. Look for export errors in the logs of the programs.',
} as const;

/** Of files the load has nothing to say. */
const NO_TRACES_IN_FILES = {
  id: 'no-traces',
  finding: 'There is no trace to look at.',
  cause: 'The files hold no spans, or --trace, --since and --until leave none.',
  fix: 'Check what the file was exported from, or run the doctor without --trace and times.',
} as const;

/** Only metrics, logs or profiles were written. */
const OTHER_SIGNAL_IN_FILES = {
  id: 'no-traces',
  finding: 'There is no trace to look at: what was read holds only metrics, logs or profiles.',
  cause:
    'The exporter that wrote the files is not in a pipeline of traces, or --trace, --since and ' +
    '--until leave none.',
  fix: 'Export the traces too (a pipeline of traces with this exporter in the collector).',
} as const;

/** What is found where spans were read, and none is a request: no rule had anything to look at. */
function noRequests(root: NonNullable<Reading['root']>) {
  return {
    id: 'no-traces',
    finding: `No span matches --root '${rootText(root)}', so there is no request to look at.`,
    cause: 'The service or the name is another one, or its spans are not in what was read.',
    fix: 'Run the doctor without --root, or give the service and the name as the spans have them.',
  };
}

/** Which traces no rule looked at for want of a request; null where it looked at all, or at none. */
export function notOfRoot(
  { root }: Reading,
  { unmatched, requests }: Readonly<{ unmatched: number; requests: number }>,
): string | null {
  if (root === null || unmatched === 0 || requests === 0) return null;
  const hold = unmatched === 1 ? 'holds' : 'hold';
  return `${counted(unmatched, 'trace')} ${hold} no span that matches --root '${rootText(root)}'`;
}

/** What is found where nothing was read, or no request; else null. */
export function noTraces(
  read: Readonly<{
    ofFiles: boolean;
    isOtherSignal: boolean;
    reading: Reading;
    traces: number;
    requests: number;
  }>,
) {
  const { root } = read.reading;
  if (read.requests > 0 || (read.traces > 0 && root === null)) return null;
  const inFiles = read.isOtherSignal ? OTHER_SIGNAL_IN_FILES : NO_TRACES_IN_FILES;
  const ofProject = read.reading.profile === 'general' ? NO_TRACES_OF_ANY : NO_TRACES;
  const ofNone = read.ofFiles ? inFiles : ofProject;
  const words = read.traces === 0 || root === null ? ofNone : noRequests(root);
  return { ...words, count: 1, sightings: [], exemplar: null };
}
