import { adviceOnDeviation, type WarningKind } from '../../traces/deviation.ts';

/** The closed list of reasons not to trust the figures, or to read them with care. */
export const WARNING_IDS = [
  'wrong-counts',
  'orphans',
  'shed',
  'too-few-traces',
  'too-few-runs',
  'unpaired',
  'pair-by',
  'unequal-load',
  'unequal-rate',
  'different-query-mix',
  'cold-starts-present',
  'too-many-names',
  'errors',
  'sampled',
  'clock-skew',
  'early-start',
  'truncated-by-quota',
  'incomplete-file',
  'sample',
] as const;
/** What deviates in the traces themselves warns by its own name. */
export type WarningId = (typeof WARNING_IDS)[number] | WarningKind;

/** What people call a warning; its id stays for whoever reads the JSON. */
export const titleOf = (id: WarningId): string => TITLES[id] ?? id.replaceAll('-', ' ');

const TITLES: Partial<Record<WarningId, string>> = {
  'unequal-rate': 'different load',
  'pair-by': 'requests were not paired',
  errors: 'failed requests',
  orphans: 'incomplete traces',
  shed: 'requests without a trace',
  'too-many-names': 'too many span names',
  sampled: 'missing traces',
  'truncated-by-quota': 'not everything was read',
  'incomplete-file': 'not everything was read',
  sample: 'a sample was read',
  'impossible-time': 'impossible times',
  'impossible-start-delay': 'impossible start delays',
  'several-requests': 'several requests in one trace',
  'surplus-root': 'more than one root',
  cycle: 'cycles',
};

/** What to do about it. `inspect`: how the reader runs doctor on these traces, as a command. */
export function adviceOn(id: WarningId, inspect: string, ofFiles = false): string {
  if (id === 'sample' && ofFiles) return SAMPLE_OF_FILES;
  if (id !== 'orphans') return isOwn(id) ? ADVICE[id] : adviceOnDeviation(id);
  return `${inspect}: doctor names the spans that are missing, and the hop that lost them.`;
}

const SAMPLE_OF_FILES =
  'Both cohorts have the same slices of time. Figures of latency are those of the sample. To read all of the files, add --max-runs all: it takes about 700 bytes of memory for each request. A file of a sample that --save wrote holds no more.';

const isOwn = (id: WarningId): id is keyof typeof ADVICE => Object.hasOwn(ADVICE, id);

const ADVICE: Readonly<Record<Exclude<(typeof WARNING_IDS)[number], 'orphans'>, string>> = {
  'wrong-counts':
    'Fix the wrong counts first: compare works.read (objects, bytes) of a wrong request and of a right one.',
  shed: 'Spans could not be stored as fast as they came, so new traces were left out. Find out why the trace backend was slow or away, or lower the load, and compare runs in which nothing was shed. The rates of errors and wrong counts are corrected for it.',
  'too-few-traces':
    'Wait for more runs, or read more of them: choose a longer window or a larger burst.',
  'too-few-runs': 'Run the schedule more often, or split the requests into more and shorter runs.',
  unpaired:
    'Drive both cohorts from one schedule with one seed: paired, you need far fewer requests.',
  'pair-by':
    'Give --pair-by an attribute, spelled as the spans have it, whose value is the same for one request on both sides.',
  'unequal-load': 'Give both cohorts the same number of requests per run and the same interval.',
  'unequal-rate':
    'Load changes latency. Compare times with about as many requests a second on both sides, or give both sides the same share of the traffic.',
  'different-query-mix': 'Give both cohorts the same seed: queries differ in cost.',
  'too-many-names':
    'Each name is a hop with few requests. Set http.route on the spans of servers, or leave ids out of the names. --root compares one operation alone.',
  'cold-starts-present':
    'The verdict is on warm requests only. For the cold start itself, read the cold requests.',
  errors:
    'No latency includes failed requests. Where one cohort fails more often, its remaining requests look faster.',
  sampled:
    'Requests without a trace were sampled out, not exported, or lie outside of what was read. For a comparison set OTEL_TRACES_SAMPLER=always_on, or trust only paired figures.',
  'clock-skew':
    'Gaps are right as sums. Do not compare the way there with the way back. Check NTP on the hosts.',
  'early-start':
    'By their scheduled time these requests started over 1 s before they were due, or ended before it, so their latency counts from the start. Check the clock that wrote the scheduled time.',
  'truncated-by-quota':
    'Traces are missing. Repeat the command, which resumes, or choose a shorter window.',
  sample:
    'Both cohorts have the same slices of time. Figures of latency are those of the sample; numbers of requests in the window are estimated from it. To read more, raise --max-traces or --max-runs.',
  'incomplete-file':
    'Traces are missing. Let the writer of the file finish and copy the file again, or save the traces again.',
};
