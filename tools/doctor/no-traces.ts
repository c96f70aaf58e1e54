import type { Profile } from '../traces/profile/profile.ts';

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
  finding: 'There is no trace to look at, but metrics, logs or profiles.',
  cause:
    'The exporter that wrote the files is not in a pipeline of traces, or --trace, --since and ' +
    '--until leave none.',
  fix: 'Export the traces too (a pipeline of traces with this exporter in the collector).',
} as const;

/** What is found where nothing was read. */
export function noTraces(
  read: Readonly<{ ofFiles: boolean; isOtherSignal: boolean; profile: Profile | null }>,
) {
  const inFiles = read.isOtherSignal ? OTHER_SIGNAL_IN_FILES : NO_TRACES_IN_FILES;
  const ofProject = read.profile === 'general' ? NO_TRACES_OF_ANY : NO_TRACES;
  const words = read.ofFiles ? inFiles : ofProject;
  return { ...words, count: 1, sightings: [], exemplar: null };
}
