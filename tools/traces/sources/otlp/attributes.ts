import { type Labels, toLabels } from '../labels.ts';
import {
  doubleOf,
  int64Of,
  listOf,
  type Members,
  message,
  type OnUnknown,
  textOf,
} from '../members.ts';
import { NO_LABELS, sharedLabels } from '../shared-labels.ts';
import { isNot, UnreadableError, within } from '../unreadable.ts';
import { plainLabels } from './plain-labels.ts';

/** What a reader of attributes tells of. */
export type AttributeReport = Readonly<{
  onUnknown: OnUnknown;
  /** Two values for one key: the last one counts. */
  onRepeated(key: string): void;
  /** A key without any value. */
  onEmpty(key: string): void;
}>;

const keyValue = message('KeyValue', 'key', 'value', 'keyStrindex');
const anyValue = message(
  'AnyValue',
  ...['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue'],
  ...['bytesValue', 'stringValueStrindex'],
);
const arrayValue = message('ArrayValue', 'values');
const keyValueList = message('KeyValueList', 'values');

/** Protobuf's own limit on messages within messages. */
const DEEPEST = 100;

export function labelsOf(members: Members, name: string, report: AttributeReport): Labels {
  const entries = entriesOf(listOf(members, name), { report, depth: 0, name });
  return toLabels(entries, report.onRepeated);
}

/** The same, as one object with all that are equal: many resources come again and again. */
export const sharedLabelsOf = (members: Members, name: string, report: AttributeReport): Labels =>
  plainLabels(members[name] ?? [], NO_LABELS) ?? sharedLabels(labelsOf(members, name, report));

type At = Readonly<{ report: AttributeReport; depth: number; name: string }>;

function* entriesOf(list: readonly unknown[], at: At): Generator<readonly [string, unknown]> {
  for (const [index, item] of list.entries()) {
    yield within(`${at.name}[${index}]`, () => {
      const members = keyValue(item, at.report.onUnknown);
      const key = textOf(members, 'key');
      if (isEmpty(members.value)) at.report.onEmpty(key);
      return [
        key,
        within(`value of ${JSON.stringify(key)}`, () => jsonOf(members.value, at)),
      ] as const;
    });
  }
}

/** null is absent, of the value and of what it holds. */
const isEmpty = (value: unknown): boolean =>
  Object.values(value ?? {}).every((content) => content === null);

/** As JSON has it; digits where a double cannot hold an integer. */
function jsonOf(value: unknown, { report, depth }: At): unknown {
  if (depth > DEEPEST) throw new UnreadableError('', `nests deeper than ${DEEPEST} values`);
  const members = anyValue(value, report.onUnknown);
  const [name, another] = Object.keys(members);
  if (another !== undefined) throw new UnreadableError(another, `is given besides ${name}`);
  const inner = { report, depth: depth + 1, name: 'values' };
  switch (name) {
    case undefined:
      return '';
    case 'stringValue':
      return textOf(members, name);
    case 'boolValue':
      return booleanOf(members.boolValue);
    case 'intValue': {
      const digits = int64Of(members, name);
      return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
    }
    case 'doubleValue': {
      const number = doubleOf(members, name);
      return Number.isFinite(number) ? number : String(number);
    }
    case 'arrayValue': {
      const values = listOf(arrayValue(members.arrayValue, report.onUnknown), 'values');
      return values.map((one, index) => within(`values[${index}]`, () => jsonOf(one, inner)));
    }
    case 'kvlistValue': {
      const list = listOf(keyValueList(members.kvlistValue, report.onUnknown), 'values');
      return Object.fromEntries(entriesOf(list, inner));
    }
    case 'bytesValue':
      return bytesOf(members.bytesValue);
    default:
      throw new UnreadableError(name, 'refers to a table of strings, which only profiles have');
  }
}

function booleanOf(value: unknown): boolean {
  if (value === true || value === false) return value;
  throw isNot('boolValue', value, 'true or false');
}

/** Base64, in the one way to write it: JSON may have either alphabet, with padding or without. */
function bytesOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value)) {
    return Buffer.from(value, 'base64').toString('base64');
  }
  throw isNot('bytesValue', value, 'base64');
}
