import type { Check, Context, Result } from './check.ts';
import { explain } from './explain.ts';
import type { GoogleApi } from './google-api.ts';
import { images, repository } from './images.ts';
import type { PreflightOptions } from './options.ts';
import { invokers, traceWriters } from './permissions.ts';
import { apis, credentials, project } from './project.ts';
import { services } from './services.ts';

/** In the order in which they are asked. */
export const createChecks = (works: Check, forcedTrace: Check | undefined): readonly Check[] => [
  credentials,
  project,
  apis,
  repository,
  images,
  services,
  invokers,
  traceWriters,
  works,
  ...(forcedTrace ? [forcedTrace] : []),
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
  const context: Context = { ...rest, services: new Map() };
  const results = new Map<string, Result>();
  for (const check of checks) {
    const { id, title } = check;
    const ready = check.after.every((before) => results.get(before)?.status === 'passed');
    const findings = ready ? await runCheck(check, context) : [];
    const status = !ready ? 'not asked' : findings.length === 0 ? 'passed' : 'failed';
    const result: Result = { id, title, status, findings };
    results.set(id, result);
    onResult(result);
  }
  return [...results.values()];
}

async function runCheck(check: Check, context: Context) {
  try {
    return await check.run(context);
  } catch (error) {
    context.signal.throwIfAborted();
    return [explain(error, context.options)];
  }
}
