import fc from 'fast-check';

const BOUNDS: Readonly<Record<string, readonly [min: number, max: number]>> = {
  requests: [1, 1_000],
  intervalMs: [0, 600_000],
  maxInFlight: [1, 1_000],
  seed: [0, 2 ** 32 - 1],
};
/** From a run of 170 s less 30 s for the last answer: loadgen's defaults. */
const LONGEST_SCHEDULE_MS = 140_000;
const TIMES = ['2026-03-01T12:34:00Z', '2026-03-01T12:34:56.789+01:00'];
const NO_TIMES = [
  'yesterday',
  '2026-13-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-03-01 12:34:00Z',
  '',
];

const number = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 300 }).map(String) },
  fc.constantFrom('0', '1', '1000', '1001', '600000', '600001', '4294967295', '4294967296', '-1'),
  fc.constantFrom(
    '1e2',
    '1e400',
    '1.5',
    '1.0',
    '-0',
    '9007199254740993',
    '01',
    '0x5',
    'NaN',
    '+1',
    '.5',
  ),
);
const anything = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    'null',
    'true',
    '"10"',
    '[]',
    '{}',
    '[1]',
    '{"a":1}',
    'undefined',
    `"${'x'.repeat(300)}"`,
  ),
);
const value = (right: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 19, arbitrary: right }, { weight: 1, arbitrary: anything });
const quoted = (...texts: string[]) =>
  fc.constantFrom(...texts.map((text) => JSON.stringify(text)));

const field = fc.oneof(
  ...Object.keys(BOUNDS).map((name) =>
    value(number).map((text) => `${JSON.stringify(name)}:${text}`),
  ),
  value(quoted('a', 'A.b_c:d-9', 'x'.repeat(64), 'x'.repeat(65), 'a b')).map(
    (text) => `"runId":${text}`,
  ),
  value(fc.constantFrom('true', 'false')).map((text) => `"checkConnectivity":${text}`),
  value(quoted(...TIMES, ...NO_TIMES)).map((text) => `"scheduledTime":${text}`),
);
const strange = fc.tuple(
  fc.constantFrom(
    '"x"',
    '"__proto__"',
    '"constructor"',
    '"Requests"',
    '"requests "',
    '""',
    '"\\u0000"',
  ),
  anything,
);

/** Bytes of a body: a plan that is right, one with a wrong field, or no JSON of ours at all. */
export const loadBody: fc.Arbitrary<Buffer> = fc
  .record({
    fields: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.uniqueArray(field, { maxLength: 5, selector: (text) => text.split(':')[0] }),
      },
      { weight: 1, arbitrary: fc.array(field, { maxLength: 5 }) },
    ),
    odd: fc.oneof(
      { weight: 6, arbitrary: fc.constant('') },
      strange.map((pair) => pair.join(':')),
    ),
    blank: fc.constantFrom('', '', '', ' ', '\n\t', '\r\n'),
    around: fc.oneof(
      { weight: 12, arbitrary: fc.constant(['{', '}']) },
      fc.constantFrom(
        ['[{', '}]'],
        ['\ufeff{', '}'],
        ['{', ',}'],
        ['{', '}}'],
        ['', ''],
        ['{', ''],
      ),
      fc.constantFrom(
        ['['.repeat(20_000), ''],
        ['{"a":'.repeat(9_000), ''],
        ['{', '}\0'],
        ['/**/{', '}'],
      ),
    ),
    change: fc.oneof(
      { weight: 7, arbitrary: fc.constant(null) },
      fc.tuple(fc.nat(200), fc.nat(255)),
    ),
  })
  .map(({ fields, odd, blank, around: [open = '', close = ''], change }) => {
    const all = [...fields, ...(odd === '' ? [] : [odd])].join(`,${blank}`);
    const bytes = Buffer.from(`${blank}${open}${all}${blank}${close}`);
    if (change !== null) bytes[change[0] % Math.max(1, bytes.length)] = change[1];
    return Object.assign(bytes, {
      [fc.toStringMethod]: () => JSON.stringify(bytes.toString('latin1')),
    });
  });

/** The fields of a body that is legal, with what was sent for them; null for one that is not. */
export function legalFields(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  const text = bytes.toString('utf8');
  if (text.trim() === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null;
  const fields = body as Record<string, unknown>;
  if (!Object.entries(fields).every(([name, value]) => isLegal(name, value))) return null;
  // No legal value holds a comma, so that each one is before a further field.
  const named = Object.keys(fields).length;
  if (named > 0 && text.split(',').length !== named) return null;
  const { requests = 10, intervalMs = 2_000 } = fields as Record<string, number>;
  return (requests - 1) * intervalMs <= LONGEST_SCHEDULE_MS ? fields : null;
}

function isLegal(name: string, value: unknown): boolean {
  const bounds = Object.hasOwn(BOUNDS, name) ? BOUNDS[name] : undefined;
  if (bounds !== undefined)
    return Number.isInteger(value) && Number(value) >= bounds[0] && Number(value) <= bounds[1];
  if (name === 'checkConnectivity') return value === true || value === false;
  if (typeof value !== 'string') return false;
  if (name === 'scheduledTime') return TIMES.includes(value) || isChangedTime(value);
  return (
    name === 'runId' && value.length <= 64 && /^[\w.:-]+$/.test(value) && !value.endsWith('\n')
  );
}

/** One digit of a time may have become another. */
function isChangedTime(text: string): boolean {
  const [, day, offset] =
    /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const date = new Date(text);
  const midnight = new Date(`${day}T00:00:00Z`);
  return (
    offset !== undefined &&
    !Number.isNaN(date.getTime()) &&
    !Number.isNaN(midnight.getTime()) &&
    midnight.toISOString().startsWith(String(day)) &&
    !text.includes('T24')
  );
}
