import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Check } from '../../../tools/conformance/check.ts';
import { answerChecks } from '../../../tools/conformance/server/answers.ts';
import {
  interruptionChecks,
  partialCheck,
} from '../../../tools/conformance/server/interruptions.ts';
import { healthCheck, limitChecks } from '../../../tools/conformance/server/limits.ts';
import type { ServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { traceChecks } from '../../../tools/conformance/trace-checks.ts';
import { createFaults } from '../../../tools/local/cloud/faults.ts';
import { ROOT } from '../../rules/sources.ts';

const flat = (text: string) => text.replace(/\s+/g, ' ');

const SECTIONS = new Map(
  readFileSync(join(ROOT, 'docs/contract.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0]?.toLowerCase() ?? '', flat(section)]),
);

const never = () => assert.fail('called');
const calls: ServerCalls = { deadlineMs: 0, count: never, health: never, close: never };
const around = { calls, faults: createFaults(), awaitSpans: never };

const CHECKS: readonly Check[] = [
  healthCheck(calls),
  partialCheck(around),
  ...answerChecks(calls),
  ...limitChecks(calls),
  ...traceChecks('server', never),
  ...interruptionChecks(around),
];

describe('the checks', () => {
  for (const { id, rule } of CHECKS) {
    it(`${id} quotes the contract`, () => {
      const section = SECTIONS.get(rule.section);
      assert.ok(section, `docs/contract.md has no section ${rule.section}`);
      assert.ok(section.includes(flat(rule.says)), rule.says);
    });
  }

  it('have different ids', () => {
    const ids = CHECKS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
