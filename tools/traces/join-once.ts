const MOST_KNOWN = 10_000;

/**
 * A function of two texts that gives the same string again for the same texts, without joining
 * them: request after request has the same paths, and to join and hash each of them again took as
 * long as to build the trees. Bounded, because names come from outside.
 */
export function joinOnce(join: (one: string, other: string) => string) {
  const known = new Map<string, Map<string, string>>();
  let size = 0;
  return (one: string, other: string): string => {
    const found = known.get(one)?.get(other);
    if (found !== undefined) return found;
    if (size >= MOST_KNOWN) {
      known.clear();
      size = 0;
    }
    const made = join(one, other);
    const ofOne = known.get(one) ?? new Map<string, string>();
    known.set(one, ofOne.set(other, made));
    size += 1;
    return made;
  };
}
