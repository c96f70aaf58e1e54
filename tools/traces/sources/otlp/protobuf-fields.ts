/** How a field of OTLP's trace.proto is written, and the member that JSON has for it. */
export type Field = Readonly<{
  member: string;
  as: 'text' | 'bytes' | 'int64' | 'number' | 'bool' | 'double' | 'fixed64' | 'message';
  of?: MessageName;
  isList?: true;
}>;

export type MessageName = keyof typeof MESSAGES;

const text = (member: string): Field => ({ member, as: 'text' });
const bytes = (member: string): Field => ({ member, as: 'bytes' });
const number = (member: string): Field => ({ member, as: 'number' });
const fixed64 = (member: string): Field => ({ member, as: 'fixed64' });
const one = (member: string, of: string): Field => ({
  member,
  as: 'message',
  of: of as MessageName,
});
const list = (member: string, of: string): Field => ({ ...one(member, of), isList: true });

/**
 * The messages that hold spans, by the numbers of their fields.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/v1.5.0/opentelemetry/proto/trace/v1/trace.proto
 */
export const MESSAGES = {
  request: { 1: list('resourceSpans', 'resourceSpans') },
  resourceSpans: {
    1: one('resource', 'resource'),
    2: list('scopeSpans', 'scopeSpans'),
    3: text('schemaUrl'),
    // As senders before OTLP 1.0 have it.
    1000: list('instrumentationLibrarySpans', 'scopeSpans'),
  },
  resource: { 1: list('attributes', 'keyValue'), 2: number('droppedAttributesCount') },
  scopeSpans: { 1: bytes('scope'), 2: list('spans', 'span'), 3: text('schemaUrl') },
  span: {
    1: bytes('traceId'),
    2: bytes('spanId'),
    3: text('traceState'),
    4: bytes('parentSpanId'),
    5: text('name'),
    6: number('kind'),
    7: fixed64('startTimeUnixNano'),
    8: fixed64('endTimeUnixNano'),
    9: list('attributes', 'keyValue'),
    10: number('droppedAttributesCount'),
    11: list('events', 'event'),
    12: number('droppedEventsCount'),
    13: list('links', 'link'),
    14: number('droppedLinksCount'),
    15: one('status', 'status'),
    16: number('flags'),
  },
  event: {
    1: fixed64('timeUnixNano'),
    2: text('name'),
    3: list('attributes', 'keyValue'),
    4: number('droppedAttributesCount'),
  },
  link: {
    1: bytes('traceId'),
    2: bytes('spanId'),
    3: text('traceState'),
    4: list('attributes', 'keyValue'),
    5: number('droppedAttributesCount'),
    6: number('flags'),
  },
  status: { 1: number('deprecatedCode'), 2: text('message'), 3: number('code') },
  keyValue: { 1: text('key'), 2: one('value', 'anyValue') },
  anyValue: {
    1: text('stringValue'),
    2: { member: 'boolValue', as: 'bool' },
    3: { member: 'intValue', as: 'int64' },
    4: { member: 'doubleValue', as: 'double' },
    5: one('arrayValue', 'arrayValue'),
    6: one('kvlistValue', 'keyValueList'),
    7: bytes('bytesValue'),
  },
  arrayValue: { 1: list('values', 'anyValue') },
  keyValueList: { 1: list('values', 'keyValue') },
} as const satisfies Readonly<Record<string, Readonly<Record<number, Field>>>>;
