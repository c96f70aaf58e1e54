import { systemClock } from '../../../lib/clock.ts';
import { interruptible, isStdout } from '../../cli/command-line.ts';
import { createProgress } from '../../cli/progress.ts';
import { writeOutcome, writeResult } from '../../cli/result-file.ts';
import { createTraceReader } from '../../google/follow.ts';
import { createForcedTraceCheck, createGkeTracesCheck } from './checks/traces.ts';
import { createWorksCheck } from './checks/works.ts';
import { createGoogleApi, createSigner } from './google-api.ts';
import type { PreflightOptions } from './options.ts';
import { createChecks, runChecks } from './preflight.ts';
import { renderNext, renderResult, renderVerdict } from './render-text.ts';
import { collect, renderReport } from './report.ts';
import { runCommand, runTool } from './run-command.ts';

/** `doctor --preflight`; returns the exit code. */
export async function run(options: PreflightOptions): Promise<number> {
  const signal = interruptible('interrupted');
  const progress = createProgress(process.stderr);
  const asText = options.json === undefined || !isStdout(options.json);
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
        if (asText) process.stdout.write(renderResult(result));
      },
    });
    const { projectId, region } = options;
    await writeOutcome(options.json, {
      text: () => `${renderVerdict(results)}${renderNext(results, projectId) ?? ''}`,
      value: () => ({ projectId, region, checks: results }),
    });
    if (options.report !== undefined) {
      const collected = await collect({
        options,
        results,
        runCommand: (file, args) => runCommand(file, args, { signal }),
        runTool: (args) => runTool(args, signal),
        readTraces: (fromMs) =>
          createTraceReader({ projectId, region, jobName: '' }, systemClock)(fromMs, signal),
        nowMs: Date.now(),
        onProgress: progress.show,
      });
      signal.throwIfAborted();
      progress.clear();
      await writeResult(options.report, renderReport(collected, options));
    }
    return results.some(({ status }) => status === 'failed') ? 1 : 0;
  } finally {
    progress.clear();
  }
}
