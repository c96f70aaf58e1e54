import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Addresses,
  readAddresses,
  writeAddresses,
} from '../../../tools/cli/local-addresses.ts';

const ADDRESSES: Addresses = {
  pid: process.pid,
  projectId: 'p',
  region: 'r',
  traceReadOrigin: 'http://127.0.0.1:1',
  schedulerAddress: 'localhost:2',
  jobName: 'j',
  pageUrl: 'http://127.0.0.1:3/',
};

async function temporaryFile(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'addresses-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'below', 'addresses.json');
}

test('what was written is read back', async (t) => {
  const file = await temporaryFile(t);
  await writeAddresses(ADDRESSES, file);
  assert.deepEqual(await readAddresses(file), ADDRESSES);
});

test('a missing file says how to start a local system', async (t) => {
  await assert.rejects(readAddresses(await temporaryFile(t)), /start one with: npm start/);
});

test('a file that a dead process left counts as none', async (t) => {
  const file = await temporaryFile(t);
  // Larger than any pid the kernel gives out.
  await writeAddresses({ ...ADDRESSES, pid: 2 ** 30 }, file);
  await assert.rejects(readAddresses(file), /no local system is running/);
});

test('a second system leaves the file of the first alone, and what is left is taken away', async (t) => {
  const file = await temporaryFile(t);
  // The parent of the test runs as long as the test.
  const first = await writeAddresses({ ...ADDRESSES, pid: process.ppid }, file);
  assert.equal(first.keptBy, undefined);
  const second = await writeAddresses({ ...ADDRESSES, projectId: 'second' }, file);
  assert.equal(second.keptBy?.pid, process.ppid);
  await second.remove();
  assert.equal((await readAddresses(file)).projectId, 'p');
  await first.remove();
  await assert.rejects(readAddresses(file), /no local system is running/);
});
