import { RELEVANT_SHARE } from './hop-verdicts.ts';

/** The statistical methods in words. `primary`: how the primary verdict was found. */
export function methodsOf(primary: string): readonly string[] {
  return [
    `Overall: ${primary}; 95 % interval; requests of one run are not independent, so runs are the sample.`,
    'Its milliseconds: what that test, added to every request of the faster side, would take for no difference.',
    'Hops: the same on self time or gap in milliseconds, the ratio told from that test (Fieller); verdicts hold together at 5 % (Holm), intervals at 95 % (Bonferroni).',
    `A hop is only called where its difference exceeds ${RELEVANT_SHARE * 100} % of the median request.`,
    'Self time: every moment belongs to the deepest span at work; of siblings to the last to end.',
    'Gap: client span minus server span, network and platform; split where the front end was stored.',
    'Cold and warm requests never share a figure; failed requests have no latency.',
  ];
}
