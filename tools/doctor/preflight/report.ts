import { createRequire } from 'node:module';
import { isComplete } from '../../traces/completeness.ts';
import type { Trace } from '../../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../../traces/normalise.ts';
import { renderWaterfall } from '../../traces/render-waterfall.ts';
import { createWaterfall } from '../../traces/waterfall.ts';
import type { Result } from './check.ts';
import type { PreflightOptions } from './options.ts';
import { createRedaction, keepAttribute, LEFT_OUT } from './redact.ts';
import { renderResult, renderVerdict } from './render-text.ts';

/** What a command printed, both streams; null where there is no such command. */
export type RunCommand = (file: string, args: readonly string[]) => Promise<string | null>;

/** What the report is made of, as it came: nothing is left out yet. */
export type Collected = Readonly<{
  versions: Readonly<Record<string, string>>;
  results: readonly Result[];
  traces: readonly Trace[];
  /** What the two commands say of the same minutes; null where they were not run. */
  doctor: string | null;
  compare: string | null;
}>;

const WINDOW_MINUTES = 15;

/** Asks this machine and the project's traces. `runTool` runs one of this project's own commands. */
export async function collect(ask: {
  options: PreflightOptions;
  results: readonly Result[];
  runCommand: RunCommand;
  runTool: (args: readonly string[]) => Promise<string | null>;
  readTraces: (fromMs: number) => Promise<readonly Trace[]>;
  nowMs: number;
  onProgress: (text: string) => void;
}): Promise<Collected> {
  const { options, results, runTool, nowMs, onProgress } = ask;
  onProgress('report: versions');
  const versions = await readVersions(ask.runCommand);
  if (!options.trace) return { versions, results, traces: [], doctor: null, compare: null };
  onProgress('report: traces');
  // A check says already why they cannot be read.
  const traces = await ask.readTraces(nowMs - WINDOW_MINUTES * 60_000).catch(() => []);
  const window = ['--project', options.projectId, '--since', `${WINDOW_MINUTES}m`];
  onProgress('report: doctor');
  const doctor = await runTool(['doctor', ...window]);
  onProgress('report: compare');
  const compare = await runTool(['compare', ...window]);
  return { versions, results, traces, doctor, compare };
}

const require = createRequire(import.meta.url);

async function readVersions(run: RunCommand): Promise<Readonly<Record<string, string>>> {
  const { version } = require('../../../package.json') as { version: string };
  const firstLine = async (file: string, ...args: readonly string[]) =>
    (await run(file, args))?.trim().split('\n')[0] || 'not found';
  return {
    shakesapp: version,
    commit: await firstLine('git', 'rev-parse', '--short', 'HEAD'),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    terraform: await firstLine('terraform', 'version'),
    gcloud: await firstLine('gcloud', 'version'),
  };
}

/** One Markdown file for people, with a JSON block at its end for tools. */
export function renderReport(
  collected: Collected,
  { projectId, region }: PreflightOptions,
): string {
  const redact = createRedaction(projectId);
  const { versions, results, traces, doctor, compare } = collected;
  const tree = chooseTree(traces);
  const spans = tree === undefined ? [] : spansOf(tree);
  const data = redactAll({ region, versions, checks: results, trace: spans }, redact);
  const said = (text: string | null) =>
    block(text === null ? 'not run (--no-trace)' : redact(text));
  const checks = [...results.map(renderResult), renderVerdict(results)].join('');
  const waterfall =
    tree === undefined ? 'no trace was found' : renderWaterfall(createWaterfall(tree));
  return [
    '# Report of a real deployment',
    'Made by `npx shakesapp doctor --preflight --report=FILE`. Read it before you send it.',
    LEFT_OUT,
    '## Versions',
    block(
      Object.entries(versions)
        .map(([name, is]) => `${name}: ${redact(is)}`)
        .join('\n'),
    ),
    `## Checks, region ${region}`,
    block(redact(checks)),
    '## One trace',
    block(redact(waterfall)),
    '## What the doctor says',
    said(doctor),
    '## What the comparison says',
    said(compare),
    '## The same for tools',
    block(JSON.stringify(data, null, 2), 'json'),
    '',
  ].join('\n\n');
}

/** A complete request of Cloud Run, else any request, else whatever there is. */
function chooseTree(traces: readonly Trace[]): NormalisedTrace | undefined {
  const trees = traces.flatMap((trace) => requestsOf(trace));
  const requests = trees.filter((tree) => requestRootOf(tree) !== null);
  const isOnCloudRun = ({ nodes }: NormalisedTrace) =>
    nodes.some(({ span }) => span.attributes['cloud.platform'] === 'gcp_cloud_run');
  return (
    requests.find((tree) => isComplete(tree) && isOnCloudRun(tree)) ??
    requests.find(isComplete) ??
    requests[0] ??
    trees[0]
  );
}

function spansOf(tree: NormalisedTrace) {
  return tree.nodes.map(({ span, startMs, endMs, service, frontEnd, orphan }) => ({
    ...{ spanId: span.spanId, parentSpanId: span.parentSpanId ?? null, service, name: span.name },
    ...{ kind: span.kind, startMs, durationMs: endMs - startMs, frontEnd, orphan },
    attributes: Object.fromEntries(
      Object.entries(span.attributes).map(([key, value]) => [
        key,
        keepAttribute(key) ? value : '<left out>',
      ]),
    ),
    events: span.events?.map(({ name }) => name) ?? null,
  }));
}

/** Every text in it, keys included. */
function redactAll(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => redactAll(one, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [redact(key), redactAll(one, redact)]),
  );
}

/** Nothing inside ends the block. */
const block = (text: string, language = 'text'): string =>
  `\`\`\`${language}\n${text.replaceAll('```', "'''").trim()}\n\`\`\``;
