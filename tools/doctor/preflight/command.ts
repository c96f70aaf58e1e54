import { interruptible } from '../../cli/command-line.ts';
import { createProgress } from '../../cli/progress.ts';
import { createForcedTraceCheck } from './forced-trace.ts';
import { createGkeTracesCheck } from './gke-traces.ts';
import { createGoogleApi, createSigner } from './google-api.ts';
import { HELP, parsePreflightOptions } from './options.ts';
import { createChecks, runChecks } from './preflight.ts';
import { renderResult, renderVerdict } from './render-text.ts';
import { createWorksCheck } from './works.ts';

/** `npm run doctor -- --preflight …`; returns the exit code. */
export async function preflight(argv: readonly string[]): Promise<number> {
  const options = parsePreflightOptions(argv);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const signal = interruptible('interrupted');
  const progress = createProgress(process.stderr);
  try {
    const checks = createChecks(createWorksCheck(), {
      cloudRun: options.trace ? [createForcedTraceCheck(progress)] : [],
      gke: options.trace ? [createGkeTracesCheck()] : [],
    });
    const api = createGoogleApi({ signer: createSigner(), signal });
    const results = await runChecks(checks, {
      options,
      api,
      signal,
      onResult(result) {
        progress.clear();
        if (!options.json) process.stdout.write(renderResult(result));
      },
    });
    const { projectId, region } = options;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ projectId, region, checks: results }, null, 2)}\n`
        : renderVerdict(results),
    );
    return results.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    progress.clear();
  }
}
