/** Each way by which a module imports itself, as far as it is met first: `a → b → a`. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): void => {
    const since = path.indexOf(module);
    if (since >= 0) cycles.push([...path.slice(since), module].join(' → '));
    if (since >= 0 || done.has(module)) return;
    for (const imported of graph.get(module) ?? []) visit(imported, [...path, module]);
    done.add(module);
  };
  for (const module of graph.keys()) visit(module, []);
  return cycles;
}
