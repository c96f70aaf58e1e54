import { UsageError } from '../../cli/command-line.ts';

/** A condition of `--fail-if`: what would make the gate fail. */
export type Condition = Readonly<{
  /** As given. */
  text: string;
  measure: Measure;
  side: 'a' | 'b';
  /** Compared with the other side (`higher` of an error rate); `above`: of this side alone. */
  direction: 'slower' | 'faster' | 'higher' | 'above';
  limit: number;
  unit: Unit;
}>;

/** `%` of the other side's time, or of this side's requests; points of a rate in per cent. */
export type Unit = '%' | 'ms' | 'points';

export type Measure =
  | Readonly<{ kind: 'request' }>
  | Readonly<{ kind: 'tail'; quantile: number }>
  /** By the last step of its path, `service:name`, or by all of it. */
  | Readonly<{ kind: 'hop'; name: string }>
  | Readonly<{ kind: 'error-rate' }>;

/** The grammar, as help and errors state it. */
const CONDITION_FORMS = [
  '[MEASURE of] SIDE slower|faster than N %|ms',
  'error rate of SIDE higher than N points',
  'p95|p99 of SIDE above N ms',
  'error rate of SIDE above N %',
] as const;
const CONDITION_WORDS = "SIDE: a or b. MEASURE: p95, p99 or hop 'SERVICE:NAME'";

const OF_LATENCY =
  /^(?:(?:p(?<quantile>95|99)|hop\s+(?:'(?<single>[^']+)'|"(?<double>[^"]+)"|(?<bare>[^\s'"]+)))\s+of\s+)?(?<side>[ab])\s+(?<direction>slower|faster)\s+than\s+(?<limit>\d{1,9}(?:\.\d{1,9})?)\s*(?<unit>%|ms)$/i;
const OF_ERRORS =
  /^error\s+rate\s+of\s+(?<side>[ab])\s+higher\s+than\s+(?<limit>\d{1,3}(?:\.\d{1,9})?)\s*points?$/i;

const OF_ONE_SIDE =
  /^(?:p(?<quantile>95|99)|error\s+rate)\s+of\s+(?<side>[ab])\s+above\s+(?<limit>\d{1,9}(?:\.\d{1,9})?)\s*(?<unit>%|ms)$/i;

/** Throws UsageError, which names what is allowed. */
export function parseCondition(text: string): Condition {
  const errors = OF_ERRORS.exec(text.trim())?.groups;
  if (errors !== undefined) {
    const { side, limit } = errors;
    return {
      text,
      measure: { kind: 'error-rate' },
      side: sideOf(side),
      direction: 'higher',
      limit: checkLimit(text, Number(limit), 'points of a rate'),
      unit: 'points',
    };
  }
  const alone = parseOfOneSide(text);
  if (alone !== null) return alone;
  const latency = OF_LATENCY.exec(text.trim())?.groups;
  if (latency === undefined) {
    const allowed = `${CONDITION_FORMS.join(', or ')}. ${CONDITION_WORDS}`;
    throw new UsageError(`--fail-if is ${JSON.stringify(text)}; allowed: ${allowed}`);
  }
  const { quantile, single, double, bare, side, direction, limit, unit } = latency;
  const hop = single ?? double ?? bare;
  const isFaster = direction?.toLowerCase() === 'faster';
  const number = Number(limit);
  return {
    text,
    measure:
      hop !== undefined
        ? { kind: 'hop', name: hop }
        : quantile !== undefined
          ? { kind: 'tail', quantile: Number(quantile) / 100 }
          : { kind: 'request' },
    side: sideOf(side),
    direction: isFaster ? 'faster' : 'slower',
    limit: isFaster && unit === '%' ? checkLimit(text, number, 'per cent less') : number,
    unit: unit === '%' ? '%' : 'ms',
  };
}

/** An absolute limit; null where the text is no such condition. */
function parseOfOneSide(text: string): Condition | null {
  const found = OF_ONE_SIDE.exec(text.trim())?.groups;
  if (found === undefined) return null;
  const { quantile, side, limit } = found;
  const unit = found.unit === '%' ? '%' : 'ms';
  if ((quantile === undefined) !== (unit === '%')) return null;
  const of = { text, side: sideOf(side), direction: 'above', unit } as const;
  return quantile === undefined
    ? {
        ...{ ...of, measure: { kind: 'error-rate' } },
        limit: checkLimit(text, Number(limit), 'per cent of the requests'),
      }
    : { ...of, measure: { kind: 'tail', quantile: Number(quantile) / 100 }, limit: Number(limit) };
}

const sideOf = (side: string | undefined) => (side?.toLowerCase() === 'a' ? 'a' : 'b');

function checkLimit(text: string, limit: number, what: string): number {
  if (limit < 100) return limit;
  throw new UsageError(
    `--fail-if is ${JSON.stringify(text)}: nothing reaches ${limit} ${what}; allowed: below 100`,
  );
}
