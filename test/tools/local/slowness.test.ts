import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSlowness } from '../../../tools/local/slowness.ts';

/** A machine on which Node starts in each of these times, one a minute. */
const machine = (...startsMs: number[]) => {
  let nowMs = 0;
  const nextStart = () => Promise.resolve(startsMs.shift() ?? Number.NaN);
  return createSlowness(nextStart, {
    nowMs() {
      nowMs += 60_000;
      return nowMs;
    },
  });
};

describe('createSlowness', () => {
  it('is 1 before the first measurement and on a quiet machine, and says nothing', async () => {
    const slowness = machine(35, 80);
    assert.equal(slowness.factor(), 1);
    assert.equal(await slowness.measure(), undefined);
    assert.equal(await slowness.measure(), undefined);
    assert.equal(slowness.factor(), 1);
  });

  it('says nothing where a run looks as on a quiet machine', async () => {
    const slowness = machine(130);
    assert.equal(await slowness.measure(), undefined);
    assert.equal(slowness.factor(), 2);
  });

  it('grows with the time that Node takes to start, and says so once', async () => {
    const slowness = machine(1_200, 1_300, 2_400);
    assert.match(
      (await slowness.measure()) ?? '',
      /\(Node starts in 1\.20 s\): local deadlines are 20 times as long,\nso that .* need not do anything\.$/,
    );
    assert.equal(slowness.factor(), 20);
    assert.equal(await slowness.measure(), undefined);
    assert.equal(slowness.factor(), 22);
    assert.match((await slowness.measure()) ?? '', /40 times as long/);
  });

  it('follows a machine that is quiet again after three measurements', async () => {
    const slowness = machine(1_200, 60, 60, 60);
    await slowness.measure();
    await slowness.measure();
    await slowness.measure();
    assert.equal(slowness.factor(), 20);
    await slowness.measure();
    assert.equal(slowness.factor(), 1);
  });

  it('measures again only when the last measurement is 5 s old', async () => {
    let nowMs = 0;
    const startsMs = [60, 120, 180];
    const nextStart = () => Promise.resolve(startsMs.shift() ?? Number.NaN);
    const slowness = createSlowness(nextStart, { nowMs: () => nowMs });
    await slowness.measure();
    nowMs = 4_999;
    await slowness.measure();
    assert.equal(slowness.factor(), 1);
    nowMs = 5_000;
    await slowness.measure();
    assert.equal(slowness.factor(), 2);
  });

  it('has a bound', async () => {
    const slowness = machine(1_000_000);
    await slowness.measure();
    assert.equal(slowness.factor(), 60);
  });

  it('measures this machine', async () => {
    const slowness = createSlowness();
    await slowness.measure();
    assert.ok(slowness.factor() >= 1);
  });
});
