import type { Span } from './model.ts';

export type Attributes = Span['attributes'];

/** Bounded, because a source need not share them. */
const MOST_KNOWN = 4_096;

/**
 * What follows from a span's attributes alone. They are never written to, and sources share one
 * object between the spans that have equal ones: a million spans come with a few dozen. So each
 * object is looked through once.
 */
export function perAttributes<T extends object | string | boolean | number | null>(
  read: (attributes: Attributes) => T,
): (span: Readonly<{ attributes: Attributes }>) => T {
  const known = new Map<Attributes, T>();
  return ({ attributes }) => {
    const found = known.get(attributes);
    if (found !== undefined) return found;
    if (known.size >= MOST_KNOWN) known.clear();
    const made = read(attributes);
    known.set(attributes, made);
    return made;
  };
}
