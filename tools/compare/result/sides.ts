/** A value for each of the two cohorts. */
export type Sides<T> = Readonly<{ a: T; b: T }>;

export type Verdict = 'a-faster' | 'b-faster' | 'no-difference-seen' | 'not-enough-data';

/** Cold and warm requests never share a quantile. */
export type Stratum = 'warm' | 'cold';
