import type { Variables } from '../roots.ts';

/** A mistake in one file under terraform/, shown by other than the default variables where needed. */
export type Row = readonly [
  title: string,
  file: string,
  find: string,
  replace: string,
  caughtBy: string,
  variables?: Variables,
];
