import { decode, ExtData, ExtensionCodec, encode } from '@msgpack/msgpack';
import type { Block, Presence, TypeConstraint } from './schema.ts';

/** A terraform value that is decided only when the change is applied. */
export const UNKNOWN = Symbol('unknown');

export type Value =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | readonly Value[]
  | { readonly [key: string]: Value };
export type ObjectValue = { readonly [key: string]: Value };

// Any extension means unknown: 0 plainly, 12 with what is known of it, which may be ignored.
const EXTENSIONS = new ExtensionCodec();
for (const type of [0, 12]) {
  EXTENSIONS.register({ type, encode: () => null, decode: () => UNKNOWN });
}
const PLAIN_UNKNOWN = new ExtData(0, new Uint8Array(1));

/** The wire format of terraform's values, object-wire-format.md of the plugin protocol. */
export function decodeValue(message: { msgpack: Uint8Array } | null): Value {
  if (message === null || message.msgpack.length === 0) return null;
  return decode(message.msgpack, { extensionCodec: EXTENSIONS }) as Value;
}

export function encodeValue(value: Value): { msgpack: Uint8Array } {
  return { msgpack: encode(withExtensions(value)) };
}

function withExtensions(value: Value): unknown {
  if (value === UNKNOWN) return PLAIN_UNKNOWN;
  if (Array.isArray(value)) return value.map(withExtensions);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withExtensions(v)]));
  }
  return value;
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a nested block's value holds: none, one or many objects. */
export function objectsOf(value: Value | undefined): readonly ObjectValue[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

/**
 * A copy in which `replace` decides every attribute of the block, nested blocks included. What the
 * block does not declare is dropped; what the value lacks is null, so the result is complete.
 */
export function mapAttributes(
  block: Block,
  value: ObjectValue,
  replace: (name: string, value: Value, type: TypeConstraint, presence: Presence) => Value,
): ObjectValue {
  const mapped: Record<string, Value> = {};
  for (const [name, [type, presence]] of Object.entries(block.attributes)) {
    mapped[name] = replace(name, value[name] ?? null, type, presence);
  }
  for (const [name, { nesting, block: inner }] of Object.entries(block.blocks)) {
    const old = value[name] ?? null;
    if (old === UNKNOWN) mapped[name] = UNKNOWN;
    else if (nesting === 'single') {
      mapped[name] = isObject(old) ? mapAttributes(inner, old, replace) : null;
    } else mapped[name] = objectsOf(old).map((item) => mapAttributes(inner, item, replace));
  }
  return mapped;
}

/** Some fixed value of a type, for what only the real provider could fill in. */
export function placeholderOf(type: TypeConstraint, text: string): Value {
  if (type === 'string') return text;
  if (type === 'number') return 1;
  if (type === 'bool') return false;
  if (typeof type === 'string') return null;
  if (type[0] === 'map') return {};
  if (type[0] === 'object') return null;
  return [];
}
