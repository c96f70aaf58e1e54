/** Makes a program write what has become of its spans so far. SIGUSR1 is node's, for its inspector. */
export const LEDGER_SIGNAL = 'SIGUSR2';

/**
 * What became of every span of the process, to the span. At any time
 *
 *     started = stored + lost + unknown + waiting.spans + queued + open
 *
 * and once the telemetry has stopped the last three are 0. `lost` and `unknown` are the sums of their
 * reasons.
 */
export type LedgerReport = Readonly<{
  /** Recorded spans; unsampled ones are counted apart. */
  started: number;
  ended: number;
  /** Acknowledged by every exporter. */
  stored: number;
  /** Not stored by every exporter, for certain. */
  lost: number;
  /** An exporter was given them and did not answer: they may be stored. */
  unknown: number;
  /** In a retry queue, or being written. `bytes` is an estimate, of the fullest queue. */
  waiting: Readonly<{ spans: number; bytes: number }>;
  /** Ended, in the batch that is being filled. */
  queued: number;
  /** Not ended yet. */
  open: number;
  unsampled: number;
  /** Traces that began here and were not recorded, because the queues of spans were filling up. */
  shed: number;
  reasons: Readonly<{
    /** lost: OTEL_BSP_MAX_QUEUE_SIZE spans were in the batch that is being filled. */
    queueFull: number;
    /** lost: the spans that waited took SPAN_RETRY_QUEUE_BYTES. */
    retryQueueFull: number;
    /** lost: an exporter answered that it does not take them. */
    exportFailed: number;
    /** lost: ended after the telemetry had stopped. */
    afterShutdown: number;
    /** lost: they waited when the process ended, and no attempt can have stored them. */
    stillWaiting: number;
    /** lost: never ended, because the process stopped in the middle of its work. */
    unfinished: number;
    /** lost: OTEL_TRACES_EXPORTER=none. */
    noExporter: number;
    /** unknown: refused after an attempt that had no answer, or by a backend that failed itself. */
    exportTimedOut: number;
    /** unknown: they waited when the process ended, and an attempt may have stored them. */
    unanswered: number;
  }>;
}>;

export type Ledger = ReturnType<typeof createLedger>;

/** What waits: of the spans handed over, and neither stored nor given up. */
type Gauge = Readonly<{ bytes: number; maybeStored: number }>;

export function createLedger(options: { hasExporter: boolean }) {
  const { hasExporter } = options;
  const counts = {
    started: 0,
    ended: 0,
    unsampled: 0,
    shed: 0,
    handed: 0,
    stored: 0,
    queueFull: 0,
    retryQueueFull: 0,
    exportFailed: 0,
    exportTimedOut: 0,
    afterShutdown: 0,
  };
  let gauge = (): Gauge => ({ bytes: 0, maybeStored: 0 });

  const unhanded = () => counts.ended - counts.afterShutdown - counts.queueFull - counts.handed;
  const queuedNow = () => (hasExporter ? unhanded() : 0);

  function report(isEnd: boolean): LedgerReport {
    const { started, ended, stored, unsampled, shed, handed } = counts;
    const { queueFull, retryQueueFull, exportFailed, exportTimedOut, afterShutdown } = counts;
    const { bytes, maybeStored } = gauge();
    const open = started - ended;
    const queued = queuedNow();
    const waiting = handed - stored - retryQueueFull - exportFailed - exportTimedOut;
    const reasons = {
      queueFull,
      retryQueueFull,
      exportFailed,
      afterShutdown,
      stillWaiting: isEnd ? queued + waiting - maybeStored : 0,
      unfinished: isEnd ? open : 0,
      noExporter: hasExporter ? 0 : unhanded(),
      exportTimedOut,
      unanswered: isEnd ? maybeStored : 0,
    };
    const unknown = reasons.exportTimedOut + reasons.unanswered;
    const lost = Object.values(reasons).reduce((sum, spans) => sum + spans, -unknown);
    return {
      started,
      ended,
      stored,
      lost,
      unknown,
      waiting: isEnd ? { spans: 0, bytes: 0 } : { spans: waiting, bytes },
      queued: isEnd ? 0 : queued,
      open: isEnd ? 0 : open,
      unsampled,
      shed,
      reasons,
    };
  }

  return {
    add(count: keyof typeof counts, spans = 1): void {
      counts[count] += spans;
    },
    /** Tells the ledger where to ask for what waits. */
    watch(read: () => Gauge): void {
      gauge = read;
    },
    /** Spans that have ended, and that no exporter was given yet. */
    queued: queuedNow,
    /** As it is now, in the middle of the work. */
    current: () => report(false),
    /** At the end: what is not stored now will not be. */
    final: () => report(true),
  };
}
