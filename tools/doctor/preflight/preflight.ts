import type { Check, Context, Result } from './check.ts';
import { cluster } from './checks/cluster.ts';
import { imagePullers, podTraceWriters, podWorksReaders } from './checks/gke.ts';
import { images, repository } from './checks/images.ts';
import { invokers, traceWriters } from './checks/permissions.ts';
import { apis, credentials, exporterApi, project } from './checks/project.ts';
import { services } from './checks/services.ts';
import { worksReaders } from './checks/works.ts';
import { explain } from './explain.ts';
import type { GoogleApi } from './google-api.ts';
import type { PreflightOptions } from './options.ts';

/** In the order in which they are asked. The two lists need traces, which take a run to come. */
export const createChecks = (
  works: Check,
  traces: Readonly<{ cloudRun: readonly Check[]; gke: readonly Check[] }>,
): readonly Check[] => [
  credentials,
  project,
  apis,
  repository,
  images,
  services,
  invokers,
  exporterApi,
  traceWriters,
  worksReaders,
  works,
  ...traces.cloudRun,
  cluster,
  imagePullers,
  podTraceWriters,
  podWorksReaders,
  ...traces.gke,
];

/** Asks one check after the other; what depends on one that failed is not asked. */
export async function runChecks(
  checks: readonly Check[],
  setup: Readonly<{
    options: PreflightOptions;
    api: GoogleApi;
    signal: AbortSignal;
    onResult?: (result: Result) => void;
  }>,
): Promise<readonly Result[]> {
  const { onResult = () => {}, ...rest } = setup;
  const context: Context = { ...rest, services: new Map(), clusters: [] };
  const results = new Map<string, Result>();
  for (const check of checks) {
    const { id, title } = check;
    const ready = check.after.every((before) => isWell(results.get(before)));
    const outcome = ready ? await runCheck(check, context) : NOT_ASKED;
    const result: Result = { id, title, ...outcome };
    results.set(id, result);
    onResult(result);
  }
  return [...results.values()];
}

type Outcome = Omit<Result, 'id' | 'title'>;
const NOT_ASKED: Outcome = { status: 'not asked', findings: [] };

const isWell = (result: Result | undefined): boolean =>
  result?.status === 'passed' || result?.status === 'skipped';

async function runCheck(check: Check, context: Context): Promise<Outcome> {
  try {
    const outcome = await check.run(context);
    if ('skipped' in outcome) return { status: 'skipped', findings: [], reason: outcome.skipped };
    return { status: outcome.length === 0 ? 'passed' : 'failed', findings: outcome };
  } catch (error) {
    context.signal.throwIfAborted();
    return { status: 'failed', findings: [explain(error, context.options)] };
  }
}
