import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LedgerReport } from '../../../lib/telemetry/ledger.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export type SpanLine = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code: number };
  attributes: Record<string, string | number | boolean>;
  resource: Record<string, string>;
};

export type Line = {
  message?: string;
  severity?: string;
  port?: number;
  /** Of the headers of a request, as they came. */
  names?: string[];
  span?: SpanLine;
  spans?: LedgerReport;
  details?: string[];
};

export type RunningProgram = {
  child: ChildProcessByStdio<null, Readable, Readable>;
  lines: Line[];
  spans(): SpanLine[];
  report(): LedgerReport;
  /** Resolves with the first line of that message, at once if it has come already. */
  line(message: string): Promise<Line>;
  exited: Promise<number | null>;
  stderr(): string;
};

/** Where a test does not say otherwise nothing is given up, and no batch is sent before the end. */
const SLOW_MACHINE = {
  OTEL_BSP_EXPORT_TIMEOUT: '60000',
  OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
  OTEL_BSP_SCHEDULE_DELAY: '60000',
};

/**
 * Starts program.ts under the preload; `mode` 'once' visits and stops, 'serve' waits for SIGTERM,
 * 'held' is 'serve' in a time of which 30 s pass at SIGUSR2, with a line, and else none.
 */
export function startProgram(
  t: TestContext,
  mode: 'once' | 'serve' | 'held',
  paths: readonly string[],
  env: Record<string, string | undefined> = {},
): RunningProgram {
  const home = mkdtempSync(join(tmpdir(), 'telemetry-'));
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
      '--import',
      './lib/telemetry/preload.ts',
      'test/lib/telemetry/program.ts',
      mode,
      ...paths,
    ],
    {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        // An empty folder: a laptop's own credentials would win over the test's.
        CLOUDSDK_CONFIG: home,
        HOME: home,
        GOOGLE_CLOUD_PROJECT: 'test-project',
        OTEL_SERVICE_NAME: 'client',
        OTEL_TRACES_EXPORTER: 'console',
        METADATA_SERVER_DETECTION: 'none',
        ...SLOW_MACHINE,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: Line[] = [];
  const waiting = new Map<string, (line: Line) => void>();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    waiting.get(line.message ?? '')?.(line);
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(home, { recursive: true, force: true });
  });
  return {
    child,
    lines,
    exited,
    stderr: () => stderr,
    spans: () => lines.flatMap((line) => line.span ?? []),
    report() {
      const spans = lines.find((line) => line.message === 'telemetry stopped')?.spans;
      if (spans === undefined) throw new Error(`no report; stderr: ${stderr}`);
      return spans;
    },
    async line(message) {
      const found = lines.find((line) => line.message === message);
      if (found) return found;
      const arrived = new Promise<Line>((resolve) => waiting.set(message, resolve));
      const ended = exited.then((code) => {
        throw new Error(`exited with ${code} before '${message}'; stderr: ${stderr}`);
      });
      return Promise.race([arrived, ended]);
    },
  };
}

/** Runs the visits to their end. */
export async function runProgram(
  t: TestContext,
  paths: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<RunningProgram> {
  const program = startProgram(t, 'once', paths, env);
  await program.exited;
  return program;
}

/** The tree as lines, children under their parent, `service kind name`. */
export function renderTree(spans: readonly SpanLine[]): string[] {
  const kinds = ['internal', 'server', 'client'];
  const ids = new Set(spans.map((span) => span.spanId));
  const render = (span: SpanLine, depth: number): string[] => [
    `${'  '.repeat(depth)}${kinds[span.kind]} ${span.name}`,
    ...spans
      .filter((child) => child.parentSpanId === span.spanId)
      .flatMap((child) => render(child, depth + 1)),
  ];
  return spans
    .filter((span) => span.parentSpanId === undefined || !ids.has(span.parentSpanId))
    .flatMap((span) => render(span, 0));
}

/** Answers every request, and counts them; `host` is for GCE_METADATA_HOST. */
export async function startMetadataServer(
  t: TestContext,
): Promise<{ host: string; fetches(): number }> {
  let fetches = 0;
  const server = createServer((_, response) => {
    fetches++;
    response.end('1');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, fetches: () => fetches };
}
