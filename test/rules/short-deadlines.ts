type Explained = Readonly<{
  why: string;
  /** Each file, and the short deadlines and sleeps in it, as it spells them. */
  files: Readonly<Record<string, readonly string[]>>;
}>;

/** The deadlines below 30 s, and the sleeps, on which no verdict of a test depends. */
export const EXPLAINED: readonly Explained[] = [
  {
    why: 'on a clock that the test, or the turns of the event loop, move',
    files: {
      'test/functions/loadgen/runs.test.ts': [
        "LOADGEN_REQUEST_TIMEOUT_SECONDS: '4'",
        "timeout: '30'",
        "timeout: '4'",
        'stop(4000',
      ],
      'test/lib/telemetry/cloud-trace-exporter.test.ts': ["OTEL_BSP_EXPORT_TIMEOUT: '20000'"],
      'test/lib/telemetry/deadline.test.ts': ['within(1_000'],
      'test/lib/telemetry/retry-queue.test.ts': ['TIMEOUT_MS = 5_000'],
      'test/services/program.ts': [
        "SHUTDOWN_TIMEOUT_MS: '9000'",
        "OTEL_BSP_EXPORT_TIMEOUT: '5000'",
      ],
      'test/tools/local/platforms/probes.test.ts': ['timeoutMs: 100'],
      'test/tools/local/platforms/cloud-run/instance.test.ts': [
        'startupTimeoutMs: 100',
        'startupProbeTimeoutMs: 1_000',
      ],
    },
  },
  {
    why: 'Node owns the timer, and the caller never sends the rest: slowness makes it only later',
    files: {
      'test/functions/loadgen/server.test.ts': ['receiveTimeoutMs: 50'],
      'test/services/client/app.test.ts': ['receiveTimeoutMs: 50'],
    },
  },
  {
    why: 'the program ignores SIGTERM or has ended: that it is killed too early changes nothing',
    files: {
      'test/tools/local/platforms/cloud-run/cloud-run.test.ts': ['stopGraceMs: 100'],
      'test/tools/local/platforms/gke/gke.test.ts': ['stopGraceMs: 100', 'stopGraceMs: 1_000'],
    },
  },
  {
    why: 'the pause between two looks at what must come about, for 60 s or more or without end',
    files: {
      'test/docs/followed/follower.ts': ['setTimeout as ', 'sleep(500'],
      'test/e2e/interrupt.test.ts': ['setTimeout as ', 'sleep(100'],
      'test/faults/strikes.ts': ['setTimeout as ', 'sleep(20'],
      'test/images/container.ts': ['setTimeout('],
      'test/tools/bench/main.test.ts': ['setTimeout as ', 'sleep(20'],
      'test/tools/bench/measure.test.ts': ['setTimeout as ', 'sleep(20'],
      'test/tools/cli/bin.test.ts': ['setTimeout as ', 'sleep(20'],
      'test/tools/local/platforms/guardian.test.ts': ['setTimeout('],
      'test/tools/local/platforms/program.test.ts': ['setTimeout('],
      'test/tools/local/platforms/programs.ts': ['setTimeout('],
      'test/tools/local/platforms/stand.ts': ['setTimeout('],
    },
  },
  {
    why: 'a limit of 60 s or more, or a timer that keeps the process alive for as long',
    files: {
      'test/docs/followed/follower.ts': ['setTimeout('],
      'test/lib/telemetry/resource.test.ts': ['setTimeout('],
    },
  },
  {
    why: 'the pace or the length of a fault, and a look at what is left of it',
    files: {
      'test/faults/fault-proxy.ts': ['setTimeout('],
      'test/faults/fuzz/http-connection.ts': ['setTimeout as '],
      'test/faults/harness.ts': ['setTimeout as '],
      'test/faults/pauses.ts': ['setTimeout as '],
      'test/faults/rows/metadata-server.test.ts': ['setTimeout as '],
      'test/faults/rows/storage-bytes.test.ts': ['setTimeout as ', 'sleep(500'],
    },
  },
  {
    why: 'an attempt at a Storage that drips must be given up; a late one is made again, and the row documents the third',
    files: {
      'test/faults/rows/storage-bytes.test.ts': ["WORKS_ATTEMPT_TIMEOUT_MS: '2000'"],
    },
  },
  {
    why: 'one of four attempts, which share a minute: a late one is made again',
    files: { 'test/faults/system.ts': ["WORKS_ATTEMPT_TIMEOUT_MS: '15000'"] },
  },
  {
    why: 'real programs give up what hangs by real deadlines: 9 s remain for an end of some 100 ms',
    files: {
      'test/services/tracing-faults.test.ts': [
        "SHUTDOWN_TIMEOUT_MS: '9000'",
        "OTEL_BSP_EXPORT_TIMEOUT: '500'",
        "OTEL_BSP_EXPORT_TIMEOUT: '5000'",
      ],
    },
  },
  {
    why: 'one attempt to store spans, which is made again until the program stops',
    files: {
      'test/faults/silence.ts': ["OTEL_BSP_EXPORT_TIMEOUT: '1000'"],
      'test/faults/rows/long/saturation.test.ts': ["OTEL_BSP_EXPORT_TIMEOUT: '5000'"],
      'test/faults/rows/long/trace-outages.test.ts': ["OTEL_BSP_EXPORT_TIMEOUT: '5000'"],
    },
  },
  {
    why: 'the fault shows itself by this deadline, and a slow machine only adds to what is documented',
    files: {
      'test/faults/rows/program-connections.test.ts': ["LOADGEN_REQUEST_TIMEOUT_SECONDS: '3'"],
      'test/faults/rows/long/half-open-server.test.ts': ["SERVER_DEADLINE_MS: '10000'"],
    },
  },
  {
    why: 'makes a timer due that must not fire; how late it is changes nothing',
    files: {
      'test/lib/telemetry/last-report.test.ts': ['performance.now() + 20', 'setTimeout('],
    },
  },
  {
    why: 'a value that is read, compared or counted, and nothing waits for it',
    files: {
      'test/functions/loadgen/run.test.ts': ['run_deadline: 1'],
      'test/functions/loadgen/runs.test.ts': ['run_deadline: 2'],
      'test/lib/telemetry/cloud-trace-calls.test.ts': ['TIMEOUT_MS = 5_000'],
      'test/services/server/config.test.ts': [
        'WORKS_ATTEMPT_TIMEOUT_MS: 5_000',
        'SHUTDOWN_TIMEOUT_MS: 9_000',
      ],
      'test/terraform/provider/defaults.ts': ['timeout_seconds: 1'],
      'test/tools/google/run-length.test.ts': ['attemptDeadlineMs: 15_000'],
    },
  },
];
