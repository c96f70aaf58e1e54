import { resolve } from 'node:path';
import { isStdout, UsageError } from '../cli/command-line.ts';
import type { UpFlags } from '../cli/commands/up.ts';
import type { PlatformName } from './platforms/platform.ts';

/** Flags of a burst, which has one result. */
const ONLY_ONCE = {
  json: '--json',
  html: '--html',
  save: '--save',
  saveLogs: '--save-logs',
  runs: '--runs',
  full: '--full',
  instrument: '--instrument',
  logs: '--logs',
  headers: '--headers',
} as const;

/** Refuses flags that do nothing beside the others, with the reason. Throws UsageError. */
export function refuseConflicts(flags: UpFlags, platforms: readonly PlatformName[]): void {
  const refuse = (message: string) => {
    throw new UsageError(message);
  };
  const { once, instrument = 'all', json, headers, logs, full } = flags;
  for (const [flag, name] of Object.entries(ONLY_ONCE)) {
    if (!once && flags[flag as keyof typeof ONLY_ONCE] !== undefined) {
      refuse(`${name} is valid only with --once`);
    }
  }
  if (once && flags.beside !== undefined) {
    refuse('--beside is valid only without --once, which shows no page');
  }
  for (const flag of ['html', 'full'] as const) {
    if (instrument !== 'all' && flags[flag] !== undefined) {
      refuse(`--${flag} shows a comparison; valid only with --instrument all`);
    }
  }
  if (instrument === 'none' && logs) {
    refuse('--logs shows log lines below spans, and --instrument none makes no spans');
  }
  if (instrument === 'none' && headers) {
    refuse('--headers shows the headers of a trace, and --instrument none makes no trace');
  }
  if (headers && !platforms.includes('cloud_run')) {
    refuse("--headers shows what Cloud Run's front end sees; add cloud_run to --platforms");
  }
  refuseOthersFlags(flags, platforms);
  if (json !== undefined && isStdout(json)) {
    for (const [name, given] of Object.entries({ logs, headers, full })) {
      if (!given) continue;
      refuse(`--${name} adds to the text, which --json replaces; write the JSON with --json=FILE`);
    }
  }
  refuseOneFile(flags);
}

/** What is simulated on a platform that does not run. */
function refuseOthersFlags(flags: UpFlags, platforms: readonly PlatformName[]): void {
  const { frontEndSpans, dropSampledFlag, rewrite, billing, delay = [] } = flags;
  const ofCloudRun = {
    [`--front-end-spans ${frontEndSpans}`]: frontEndSpans !== 'real',
    '--drop-sampled-flag': dropSampledFlag === true,
    '--no-rewrite': !rewrite,
    [`--billing ${billing}`]: billing !== 'instance',
  };
  for (const [flag, given] of Object.entries(ofCloudRun)) {
    if (!given || platforms.includes('cloud_run')) continue;
    throw new UsageError(`${flag} changes Cloud Run alone; add cloud_run to --platforms`);
  }
  for (const value of delay) {
    const platform = (['cloud_run', 'gke'] as const).find((name) => value.startsWith(`${name}/`));
    if (platform === undefined || platforms.includes(platform)) continue;
    throw new UsageError(`--delay ${value}: ${platform} does not run; add it to --platforms`);
  }
}

/** The later result would replace the earlier one. */
function refuseOneFile({ json, html, save, saveLogs }: UpFlags): void {
  const names = new Map<string, string>();
  for (const [name, file] of Object.entries({ json, html, save, 'save-logs': saveLogs })) {
    if (file === undefined || isStdout(file)) continue;
    const path = resolve(file);
    if (path.startsWith('/dev/')) continue;
    const other = names.get(path);
    if (other !== undefined)
      throw new UsageError(`--${other} and --${name} name one file: ${file}`);
    names.set(path, name);
  }
}
