import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeliveries } from '../../../functions/loadgen/deliveries.ts';

describe('createDeliveries', () => {
  it('finds the run of a minute that was remembered, and no other', () => {
    const deliveries = createDeliveries<string>();
    deliveries.remember('12:34', 'run');
    assert.equal(deliveries.find('12:34'), 'run');
    assert.equal(deliveries.find('12:35'), undefined);
  });

  it('runs a forgotten minute again', () => {
    const deliveries = createDeliveries<string>();
    deliveries.remember('12:34', 'run');
    deliveries.forget('12:34');
    assert.equal(deliveries.find('12:34'), undefined);
  });

  it('keeps the newest 64 minutes, so that it does not grow', () => {
    const deliveries = createDeliveries<number>();
    for (let minute = 0; minute < 65; minute++) deliveries.remember(String(minute), minute);
    assert.equal(deliveries.find('0'), undefined);
    assert.equal(deliveries.find('1'), 1);
    assert.equal(deliveries.find('64'), 64);
  });
});
