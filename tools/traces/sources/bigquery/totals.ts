import { z } from 'zod';

const count = z.coerce.number();
const quantile = z.coerce.number().nullable();

/** A row of the totals, in the members of a report; `p95Ms`: approximate. */
const totalRow = z
  .object({
    service: z.string(),
    name: z.string().nullable(),
    ...{ spans: count, errors: count, roots: count, orphans: count },
    ...{ p50_nanos: quantile, p95_nanos: quantile, p99_nanos: quantile },
  })
  .transform(({ service, name, spans, errors, roots, orphans, ...nanos }) => ({
    service,
    name: name ?? '',
    spans,
    errors,
    roots,
    orphans,
    p50Ms: toMs(nanos.p50_nanos),
    p95Ms: toMs(nanos.p95_nanos),
    p99Ms: toMs(nanos.p99_nanos),
  }));

export type Total = z.infer<typeof totalRow>;

export const parseTotals = (rows: readonly unknown[]): readonly Total[] =>
  z.array(totalRow).parse(rows);

/** A trace has one root, as a rule. */
export const requestsOfTotals = (totals: readonly Total[]): number =>
  totals.reduce((sum, { roots }) => sum + roots, 0);

function toMs(nanos: number | null): number | null {
  return nanos === null ? null : nanos / 1e6;
}
