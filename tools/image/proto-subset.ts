import protobuf from 'protobufjs';

/** A namespace, message or enum as protobufjs writes it to JSON. */
type Node = Readonly<{ nested?: Readonly<Record<string, Node>> }>;

/** The descriptor with these methods of one service, and the messages that they need; no others. */
export function keepMethods(json: Node, service: string, methods: readonly string[]): Node {
  const root = protobuf.Root.fromJSON(structuredClone(json)).resolveAll();
  const kept = root.lookupService(service);
  const needed = new Set<protobuf.ReflectionObject>([kept]);
  const need = (type: protobuf.ReflectionObject | null) => {
    if (type === null || needed.has(type)) return;
    needed.add(type);
    if (!(type instanceof protobuf.Type)) return;
    for (const field of type.fieldsArray) need(field.resolve().resolvedType);
  };
  for (const method of kept.methodsArray) {
    if (!methods.includes(method.name)) continue;
    method.resolve();
    need(method.resolvedRequestType);
    need(method.resolvedResponseType);
  }

  const select = (node: Node, object: protobuf.ReflectionObject): Node | undefined => {
    const { nested = {}, ...own } = node;
    const children = Object.entries(nested).flatMap(([name, child]) => {
      const found = object instanceof protobuf.Namespace ? object.get(name) : null;
      const selected = found && select(child, found);
      return selected ? [[name, selected] as const] : [];
    });
    if (!needed.has(object) && children.length === 0) return undefined;
    return {
      ...own,
      ...(object === kept && { methods: only(methods, own) }),
      ...(children.length > 0 && { nested: Object.fromEntries(children) }),
    };
  };
  return select(json, root) ?? {};
}

function only(names: readonly string[], service: { methods?: object }): object {
  const all = Object.entries(service.methods ?? {});
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}
