/**
 * What became of every span of the process, to the span. `started = stored + lost` holds once the
 * telemetry has stopped, and `lost` is the sum of its reasons.
 */
export type LedgerReport = Readonly<{
  /** Recorded spans; unsampled ones are counted apart. */
  started: number;
  ended: number;
  /** Acknowledged by every exporter. */
  stored: number;
  lost: number;
  unsampled: number;
  /** Traces that began here and were not recorded, because the queues of spans were filling up. */
  shed: number;
  reasons: Readonly<{
    /** Dropped because OTEL_BSP_MAX_QUEUE_SIZE spans were waiting already. */
    queueFull: number;
    /** An exporter answered with an error. */
    exportFailed: number;
    /** No answer within OTEL_BSP_EXPORT_TIMEOUT: may have been stored anyway. */
    exportTimedOut: number;
    /** Ended after the telemetry had stopped. */
    afterShutdown: number;
    /** Handed to an exporter that had not answered when the process gave up waiting. */
    unanswered: number;
    /** Never ended: the process stopped in the middle of its work. */
    unfinished: number;
    /** OTEL_TRACES_EXPORTER=none. */
    noExporter: number;
  }>;
}>;

export type Ledger = ReturnType<typeof createLedger>;

export function createLedger(options: { hasExporter: boolean }) {
  const counts = {
    started: 0,
    ended: 0,
    unsampled: 0,
    shed: 0,
    handed: 0,
    stored: 0,
    exportFailed: 0,
    exportTimedOut: 0,
    afterShutdown: 0,
  };
  return {
    add(count: keyof typeof counts, spans = 1): void {
      counts[count] += spans;
    },

    /**
     * Exact once the queue is empty. The SDK's queue tells nobody what it drops, so that is what
     * neither reached an exporter nor came too late.
     */
    report(): LedgerReport {
      const { started, ended, stored, unsampled, shed, handed } = counts;
      const { exportFailed, exportTimedOut, afterShutdown } = counts;
      const unhanded = ended - afterShutdown - handed;
      const reasons = {
        queueFull: options.hasExporter ? unhanded : 0,
        exportFailed,
        exportTimedOut,
        afterShutdown,
        unanswered: handed - stored - exportFailed - exportTimedOut,
        unfinished: started - ended,
        noExporter: options.hasExporter ? 0 : unhanded,
      };
      return { started, ended, stored, lost: started - stored, unsampled, shed, reasons };
    },
  };
}
