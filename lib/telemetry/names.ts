/**
 * The vocabulary of the traces: every span name, event name and attribute key that the programs
 * write. Tools read traces by this same file, so a rename is one change.
 */

export const SERVICE_NAMESPACE = 'shakesapp';

/** Values of `service.name`. */
export const SERVICES = ['loadgen', 'client', 'server'] as const;
export type ServiceName = (typeof SERVICES)[number];

export const SPAN = {
  /** Root of one request, in loadgen. */
  loadgen: 'loadgen',
  /** The client's handling of one request, around its one RPC. */
  client: 'client',
  /** Listing and reading the works (or finding them kept), in server. */
  worksRead: 'works.read',
  /** Counting the matching lines, in server. */
  worksSearch: 'works.search',
  /** instrumentation-grpc's name of both sides of the one RPC. */
  rpc: 'grpc.shakesapp.ShakespeareService/GetMatchCount',
} as const;

export const EVENT = {
  requestStart: 'request_start',
  requestEnd: 'request_end',
  serverCallStart: 'server_call_start',
  serverCallEnd: 'server_call_end',
} as const;

export const ATTR = {
  // loadgen's root span
  query: 'shakesapp.query',
  expectedCount: 'shakesapp.expected_count',
  matchCount: 'shakesapp.match_count',
  runId: 'shakesapp.run_id',
  /** Position of the request within its run, from 0. */
  sequence: 'shakesapp.sequence',
  /** The minute the run belongs to, RFC 3339: pairs the runs of two platforms. */
  scheduledMinute: 'shakesapp.scheduled_minute',
  /** When this request was due, RFC 3339 with milliseconds. */
  scheduledTime: 'shakesapp.scheduled_time',
  /** Actual start minus scheduled time, whole microseconds (the exporter rounds doubles). */
  startDelayUs: 'shakesapp.start_delay_us',
  /** Requests of this run so far whose traces were shed; absent where there is none. */
  shedSoFar: 'shakesapp.run.shed',

  /** On a root that was kept with a probability below 1: it stands for 1 / p traces. Decimal. */
  keptProbability: 'shakesapp.kept_probability',

  // works.read
  bucket: 'shakesapp.works.bucket',
  prefix: 'shakesapp.works.prefix',
  objects: 'shakesapp.works.objects',
  bytes: 'shakesapp.works.bytes',
  /**
   * 'loaded' (by this request), 'shared' (another request was loading them already: linked to its
   * span, which has the reads below it), 'kept', 'revalidated' (listed again, only what had changed
   * was read), or 'stale' (Storage was down, older texts served).
   */
  source: 'shakesapp.works.source',

  // works.search
  queryLength: 'shakesapp.search.query_length',
  lines: 'shakesapp.search.lines',
  matches: 'shakesapp.search.matches',

  // errors: also as attributes, because Cloud Trace's v1 read API returns no status and no events
  errorType: 'error.type',
  errorMessage: 'shakesapp.error.message',

  // propagation, on server spans
  /** Span id that X-Cloud-Trace-Context carried: the front end's own span, 16 hex digits. */
  frontEndSpanId: 'shakesapp.front_end.span_id',
  /** 'true' where the parent came from outside the system: kept, never an orphan. */
  parentExternal: 'shakesapp.parent.external',
  /** Which header gave the parent: 'b3', 'gcp_trace' or 'tracecontext'. */
  parentSource: 'shakesapp.parent.source',

  coldStart: 'faas.coldstart',
  /** 'true' where the span ended after its process had been stopped (request-based billing). */
  endedAfterStop: 'shakesapp.ended_after_stop',

  // resource: how the deployment is configured; compare lists what differs
  configCpu: 'shakesapp.config.cpu',
  configMemory: 'shakesapp.config.memory',
  configConcurrency: 'shakesapp.config.concurrency',
  /** 'instance' or 'request' on Cloud Run; 'node' on GKE. */
  configBilling: 'shakesapp.config.billing',
  configExporter: 'shakesapp.config.exporter',
  configPropagators: 'shakesapp.config.propagators',
  configSampler: 'shakesapp.config.sampler',
  /** 'keep' or 'per-request'; server only. */
  configWorksCache: 'shakesapp.config.works_cache',
  /** Put in front of the program on purpose, to be found again: '20 ms'. */
  configAddedLatency: 'shakesapp.config.added_latency',
} as const;

/** The member of tracestate that says why a trace is not recorded, where that is pressure. */
export const TRACE_STATE = { key: 'shakesapp', shed: 'shed' } as const;

/**
 * Header of HTTP answers, and trailer of gRPC calls, that tells the caller how full the queues of
 * spans are: 0.00 to 1.00.
 */
export const PRESSURE_HEADER = 'shakesapp-span-pressure';

/** Value of `error.type` where the count was not the expected one. */
export const UNEXPECTED_RESULT = 'UnexpectedResult';
