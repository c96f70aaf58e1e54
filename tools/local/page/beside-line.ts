import type { SavedTraces } from './saved-traces.ts';

/** Where the page shows the newest traces of the first two files of `--beside` side by side. */
export function renderBesideLine([one, other]: readonly SavedTraces[], url: string): string {
  const [first] = one?.traces.keys() ?? [];
  const [second] = other?.traces.keys() ?? [];
  if (first === undefined || second === undefined) return '';
  return `Side by side (${one?.name}, ${other?.name}): ${url}#trace=${first}&with=${second}\n`;
}
