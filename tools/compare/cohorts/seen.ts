/** Requests by trace id and root, without another text for each: as a rule a trace has one. */
export function createSeen() {
  const roots = new Map<string, string | Set<string>>();
  return {
    has(traceId: string, root: string): boolean {
      const known = roots.get(traceId);
      return known === root || (typeof known === 'object' && known.has(root));
    },
    add(traceId: string, root: string): void {
      const known = roots.get(traceId);
      if (known === undefined) roots.set(traceId, root);
      else if (typeof known === 'object') known.add(root);
      else if (known !== root) roots.set(traceId, new Set([known, root]));
    },
  };
}
