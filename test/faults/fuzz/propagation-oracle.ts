import type { PropagatorName } from '../../../lib/telemetry/config.ts';

/**
 * What the rules of docs/design.md make of the headers of a request, written a second time and in
 * another way, without any code of lib/telemetry: what both agree on is what the rules say.
 */
export type Expected =
  | 'new trace'
  | Readonly<{
      traceId: string;
      /** 'none': the trace is begun here. */
      parent: string;
      sampled: boolean;
      frontEnd: string | undefined;
      external: boolean;
    }>;

type Named = Readonly<{ trace: string; span: string | null; sampled: boolean | null }>;

const HEX = '0123456789abcdef';
const isHex = (text: string, length: number) =>
  text.length === length && [...text].every((digit) => HEX.includes(digit));
const isZeros = (text: string) => [...text].every((digit) => digit === '0');
const isId = (text: string, length: number) => isHex(text, length) && !isZeros(text);
const isDigits = (text: string) => text !== '' && [...text].every((c) => c >= '0' && c <= '9');

/** Equal repetitions are one value, different ones are none. */
function only(value: string | string[] | undefined): string | null {
  const values = (value === undefined ? [] : [value].flat())
    .join(',')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item.length > 0);
  const [first] = values;
  if (first === undefined || first.length > 256) return null;
  return values.every((item) => item === first) ? first : null;
}

function readCloud(value: string | null): Named | null {
  if (value === null) return null;
  const [ids = '', ...options] = value.split(';');
  const slash = ids.indexOf('/');
  const trace = (slash === -1 ? ids : ids.slice(0, slash)).toLowerCase();
  const span = slash === -1 ? null : ids.slice(slash + 1);
  if (!isId(trace, 32)) return null;
  if (options.some((option) => [...option].some((c) => c < '!' || c > '~'))) return null;
  if (span !== null && (!isDigits(span) || span.length > 20)) return null;
  const number = BigInt(span ?? 0);
  if (number >= 1n << 64n) return null;
  const said = options.find((o) => o.startsWith('o=') && isDigits(o.slice(2)) && o.length <= 5);
  return {
    trace,
    span: number === 0n ? null : number.toString(16).padStart(16, '0'),
    sampled: said === undefined ? null : Number(said.slice(2)) % 2 === 1,
  };
}

function readTraceparent(value: string | null): Named | null {
  const [version = '', trace = '', span = '', flags = '', ...more] = (value ?? '').split('-');
  if (!isHex(version, 2) || version === 'ff' || !isId(trace, 32) || !isId(span, 16)) return null;
  if (!isHex(flags, 2) || (version === '00' && more.length > 0)) return null;
  return { trace, span, sampled: Number.parseInt(flags, 16) % 2 === 1 };
}

function readB3(value: string | null): Named | null {
  const [trace = '', span = '', state, parent, ...more] = (value ?? '').toLowerCase().split('-');
  if (!isId(span, 16) || more.length > 0) return null;
  if (!isId(trace, 32) && !isId(trace, 16)) return null;
  if (state !== undefined && !['0', '1', 'd'].includes(state)) return null;
  if (parent !== undefined && !isHex(parent, 16)) return null;
  return {
    trace: trace.padStart(32, '0'),
    span,
    sampled: state === undefined ? null : state !== '0',
  };
}

function readB3Multi(header: (name: string) => string | null): Named | null {
  const [trace, span] = [header('x-b3-traceid'), header('x-b3-spanid')];
  if (trace === null || span === null) return null;
  const said = header('x-b3-sampled') ?? '';
  const sampled = ['1', 'true'].includes(said) ? '-1' : ['0', 'false'].includes(said) ? '-0' : '';
  return readB3(`${trace}-${span}${header('x-b3-flags') === '1' ? '-d' : sampled}`);
}

export function expectedParent(
  names: readonly PropagatorName[],
  headers: Readonly<Record<string, string | string[]>>,
): Expected {
  const header = (name: string) => only(headers[name]);
  const has = (name: PropagatorName) => names.includes(name);
  const cloud = has('gcp_trace') ? readCloud(header('x-cloud-trace-context')) : null;
  const w3c = has('tracecontext') ? readTraceparent(header('traceparent')) : null;
  const b3 = (has('b3') && readB3(header('b3'))) || (has('b3multi') && readB3Multi(header)) || null;

  const traceId = cloud?.trace ?? w3c?.trace ?? b3?.trace;
  if (traceId === undefined) return 'new trace';
  // Of X-Cloud-Trace-Context and traceparent, the first that names a span of this trace.
  const platform = [cloud, w3c].find((one) => one?.trace === traceId && one.span !== null);
  const own = b3?.trace === traceId ? b3 : undefined;
  const parent = own?.span ?? platform?.span ?? 'none';
  const votes = [own, cloud, platform].map((one) => one?.sampled ?? null);
  return {
    traceId,
    parent,
    sampled: votes.find((vote) => vote !== null) ?? true,
    frontEnd:
      own && platform && platform.span !== own.span ? (platform.span ?? undefined) : undefined,
    external: (has('b3') || has('b3multi')) && !own && platform !== undefined,
  };
}
