import { formatBytes } from '../../../cli/bytes.ts';

/**
 * US dollars for a TiB that a query reads: the list price on demand in US regions, since July 2023.
 * Other regions may cost more; the first TiB of a month is free.
 * https://cloud.google.com/bigquery/pricing
 */
const DOLLARS_A_TIB = 6.25;
const TIB = 1_024 ** 4;

/** What reading so much costs, in words. */
export function describeCost(bytes: number): string {
  const dollars = (bytes / TIB) * DOLLARS_A_TIB;
  const price = dollars < 0.01 ? 'less than $0.01' : `about $${dollars.toFixed(2)}`;
  return (
    `${formatBytes(bytes)}, ${price} (list price of July 2023 for US regions: ` +
    `$${DOLLARS_A_TIB} a TiB, cloud.google.com/bigquery/pricing)`
  );
}
