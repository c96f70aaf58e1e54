import assert from 'node:assert/strict';
import { isFlat } from './descriptors.ts';
import type { Process } from './process.ts';
import type { Result } from './result.ts';
import type { Bound, Expectation } from './row.ts';

/** The peak of a program, in a container of 512 MiB. */
const MOST_MB = 450;

/** Of one request at one object or one page of a listing, whichever layer repeats. */
const MOST_ATTEMPTS = 3;

/** What must hold in every row, and what this one expects. It reports every problem, not only the first. */
export function checkResult(result: Result, expected: Expectation): void {
  const { requests, total, attempts } = result;
  const { documented = [], killed = [] } = expected;
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => void (holds || problems.push(problem));

  check(requests.wrong === 0, `${requests.wrong} wrong counts`);
  const otherwise = Object.entries(requests.failed).filter(([kind]) => !documented.includes(kind));
  check(otherwise.length === 0, `requests failed otherwise: ${JSON.stringify(otherwise)}`);
  const failed = Object.values(requests.failed).reduce((sum, count) => sum + count, 0);
  const sum = requests.ok + requests.wrong + failed;
  check(sum === requests.asked, `${requests.asked} requests asked, ${sum} accounted for`);

  for (const [name, spans] of Object.entries(result.spans)) {
    if (killed.includes(name)) {
      check(spans.held >= spans.stored, `${name} counted ${spans.stored}, stored ${spans.held}`);
      continue;
    }
    const { started, stored, lost, unknown, held } = spans;
    check(started > 0, `${name} left no count of its spans`);
    check(
      started === stored + lost + unknown,
      `${name} started ${started} = stored ${stored} + lost ${lost} + unknown ${unknown}`,
    );
    check(
      stored <= held && held <= stored + unknown,
      `${name} counted stored ${stored} + unknown ${unknown}; the store holds ${held}`,
    );
  }
  for (const what of ['lost', 'unknown', 'shed'] as const) {
    const count = total[what];
    const of = what === 'shed' ? 'traces' : 'spans';
    check(
      isWithin(count, expected[what]),
      `${count} ${of} ${what}: ${JSON.stringify(total.reasons)}`,
    );
  }
  check(isWithin(result.broken, expected.broken), `${result.broken} broken traces`);
  check(attempts <= MOST_ATTEMPTS, `${attempts} attempts of a request at one object or page`);
  for (const [name, { peakMb = 0 }] of Object.entries(result.vitals)) {
    check(peakMb <= MOST_MB, `${name} took ${peakMb} MB`);
  }
  for (const held of result.descriptors) {
    const { name, warm, over } = held;
    check(isFlat(held), `${name} had ${warm} descriptors, and has ${over} when all is over`);
  }
  for (const exit of result.exits) {
    const name = exit.split(' ')[0] ?? '';
    check(exit.endsWith(' 0') || killed.includes(name), `ended badly: ${exit}`);
  }
  assert.deepEqual(problems, []);
}

function isWithin(count: number, bound: Bound = 0): boolean {
  if (bound === 'any') return true;
  const [min, max] = typeof bound === 'number' ? [bound, bound] : bound;
  return count >= min && count <= max;
}

/** The last lines of each program's log, for a row that fails. */
export const logsOf = (programs: readonly Process[]): string =>
  programs
    .flatMap(({ name, lines }) => [
      `--- ${name}`,
      ...lines
        .filter((line) => typeof line === 'string' || line.severity !== 'INFO')
        .slice(-4)
        .map((line) => JSON.stringify(line).slice(0, 700)),
    ])
    .join('\n');
