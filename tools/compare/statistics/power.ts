import jstat from 'jstat';

const { noncentralt, studentt } = jstat;

/** How often a difference of the smallest size that can be found is found. */
export const POWER = 0.8;
const HALVINGS = 40;

const known = new Map<string, number>();

/**
 * From how many standard errors on a t-test finds a difference in 80 of 100 cases: the noncentrality at
 * which it does, over the share of the true error that an estimate of so few degrees of freedom
 * typically has (Wilson and Hilferty's median of chi-squared).
 */
export function foundFrom(degreesOfFreedom: number, alpha: number): number {
  const key = `${degreesOfFreedom} ${alpha}`;
  const found = known.get(key) ?? search(degreesOfFreedom, alpha);
  known.set(key, found);
  return found;
}

function search(degreesOfFreedom: number, alpha: number): number {
  const critical = studentt.inv(1 - alpha / 2, degreesOfFreedom);
  let [low, high] = [0, 4 * (critical + 1)];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    const power = 1 - noncentralt.cdf(critical, degreesOfFreedom, middle);
    if (power < POWER) low = middle;
    else high = middle;
  }
  return low / (1 - 2 / (9 * degreesOfFreedom)) ** 1.5;
}
