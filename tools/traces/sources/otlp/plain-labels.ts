import type { Labels } from '../labels.ts';
import { shareLabels } from '../shared-labels.ts';

type Loose = Readonly<Record<string, unknown>>;

/** Of the list that is read now: kept, so that a million spans need not make two lists each. */
const keys: string[] = [];
const values: string[] = [];

/** The labels of a list of KeyValue, beside those of the resource; null where it is not plain. */
export function plainLabels(list: unknown, shared: Labels): Labels | null {
  if (!Array.isArray(list)) return null;
  let length = 0;
  for (const item of list) {
    const key = keyOf(item);
    const value = key === null ? null : textOf((item as Loose).value);
    if (key === null || value === null) return null;
    keys[length] = key;
    values[length] = value;
    length += 1;
  }
  return shareLabels(shared, { keys, values, length });
}

function keyOf(item: unknown): string | null {
  if (typeof item !== 'object') return null;
  for (const member in item) if (member !== 'key' && member !== 'value') return null;
  const { key } = (item ?? {}) as Loose;
  return typeof key === 'string' ? key : null;
}

/** As String() has a value of JSON; of numbers only those that are surely written as they are read. */
function textOf(value: unknown): string | null {
  let text: string | null = null;
  if (typeof value !== 'object') return null;
  for (const member in value) {
    if (text !== null) return null;
    const content = (value as Loose)[member];
    if (member === 'stringValue' && typeof content === 'string') text = content;
    else if (member === 'intValue') text = integerOf(content);
    else if (member === 'boolValue' && typeof content === 'boolean') text = String(content);
    else if (member === 'doubleValue' && typeof content === 'number') text = String(content);
    if (text === null) return null;
  }
  return text;
}

const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;

function integerOf(content: unknown): string | null {
  if (typeof content === 'string') return INTEGER.test(content) ? content : null;
  return Number.isSafeInteger(content) ? String(content) : null;
}
