import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Check } from '../../../tools/conformance/check.ts';
import { clientChecks } from '../../../tools/conformance/client/checks.ts';
import { startStandInServer } from '../../../tools/conformance/client/stand-in-server.ts';
import { loadgenChecks } from '../../../tools/conformance/loadgen/checks.ts';
import { startStandInClient } from '../../../tools/conformance/loadgen/stand-in-client.ts';
import { serverChecks } from '../../../tools/conformance/server/checks.ts';
import type { ServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { createFaults } from '../../../tools/local/cloud/faults.ts';
import { createTraceStore } from '../../../tools/local/cloud/trace/store.ts';
import { ROOT } from '../../rules/sources.ts';

const flat = (text: string) => text.replace(/\s+/g, ' ');

const SECTIONS = new Map(
  readFileSync(join(ROOT, 'docs/contract.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0]?.toLowerCase() ?? '', flat(section)]),
);

const never = () => assert.fail('called');
const calls: ServerCalls = {
  at: { host: '', port: 0 },
  deadlineMs: 0,
  count: never,
  hold: never,
  health: never,
  close: never,
};

const server = await startStandInServer();
const client = await startStandInClient();
after(async () => {
  server.close();
  await client.close();
});
const cloud = {
  faults: createFaults(),
  traceStore: createTraceStore(),
  otlpRefusals: () => [],
};
const { signal } = new AbortController();
const withinMs = 0;

const CHECKS: readonly Check[] = [
  ...serverChecks({ calls, cloud, signal, withinMs }),
  ...clientChecks({ call: never, server, withinMs }, { cloud, signal }).filter(
    ({ id }) => !/^(traces|spans|end)\./.test(id),
  ),
  ...loadgenChecks(
    { call: never, client, lines: [], textCounts: new Set(), withinMs },
    { cloud, signal },
  ).filter(({ id }) => !/^(end|secure)\./.test(id)),
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
