export type Labels = Readonly<Record<string, string>>;

/**
 * Attributes as Cloud Trace stores them: text, whatever their type. Two values for one key: the last
 * one counts, and `onRepeated` hears of it. Leave it out if the format cannot repeat a key.
 */
export function toLabels(
  entries: Iterable<readonly [key: string, value: unknown]>,
  onRepeated?: (key: string) => void,
): Labels {
  const labels = new Map<string, string>();
  for (const [key, value] of entries) {
    const label = typeof value === 'object' ? JSON.stringify(value) : String(value);
    if (labels.has(key) && labels.get(key) !== label) onRepeated?.(key);
    labels.set(key, label);
  }
  return Object.fromEntries(labels);
}
