/** jstat ships no types; only what the comparison calls is declared. */
declare module 'jstat' {
  type StudentT = {
    cdf(t: number, degreesOfFreedom: number): number;
    inv(probability: number, degreesOfFreedom: number): number;
  };
  type NoncentralT = { cdf(t: number, degreesOfFreedom: number, noncentrality: number): number };
  type Normal = {
    cdf(value: number, mean: number, deviation: number): number;
    inv(probability: number, mean: number, deviation: number): number;
  };
  const jstat: { noncentralt: NoncentralT; normal: Normal; studentt: StudentT };
  export default jstat;
}
