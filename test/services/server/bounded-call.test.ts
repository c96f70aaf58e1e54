import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { BoundedCall } from '../../../services/server/bounded-call.ts';

type Call = ServerInterceptingCallInterface;
type Status = Parameters<Call['sendStatus']>[0];
type Listener = Parameters<Call['start']>[0];

const REFUSED: Status = { code: status.RESOURCE_EXHAUSTED, details: 'too many' };

/** What a call hands on, step by step, and what it tells of its end. */
function started(refusal?: Status) {
  const steps: string[] = [];
  let ends = 0;
  const inner = {
    start: () => {},
    sendMetadata: () => steps.push('send metadata'),
    sendMessage: () => steps.push('send message'),
    sendStatus: ({ code }: Status) => steps.push(`send ${status[code]}`),
  } as unknown as Call;
  const call = new BoundedCall(inner, {
    refuse: () => refusal,
    sendStatus: (sent, next) => next(sent),
    onEnd: () => {
      ends += 1;
    },
  });
  const listener: Listener = {
    onReceiveMetadata: () => steps.push('metadata'),
    onReceiveMessage: () => steps.push('message'),
    onReceiveHalfClose: () => steps.push('half close'),
    onCancel: () => steps.push('cancel'),
  };
  call.start(listener);
  return { call, steps, ends: () => ends };
}

test('a call that is not refused is handed on, in each direction', () => {
  const { call, steps, ends } = started();
  call.onReceiveMetadata(new Metadata());
  call.onReceiveMessage('asked');
  call.onReceiveHalfClose();
  call.sendMetadata(new Metadata());
  call.sendMessage('answered', () => {});
  call.sendStatus({ code: status.OK, details: '' });
  call.onCancel();
  assert.deepEqual(steps, [
    ...['metadata', 'message', 'half close'],
    ...['send metadata', 'send message', 'send OK', 'cancel'],
  ]);
  assert.equal(ends(), 1);
});

test('of a refused call its handler hears nothing but the end', () => {
  const { call, steps, ends } = started(REFUSED);
  call.onReceiveMetadata(new Metadata());
  call.onReceiveMessage('asked');
  call.onReceiveHalfClose();
  assert.deepEqual(steps, ['send RESOURCE_EXHAUSTED']);
  assert.equal(ends(), 0);
  call.onCancel();
  assert.equal(ends(), 1);
});

test('what comes behind a cancel is not handed on, nor refused', () => {
  for (const refusal of [undefined, REFUSED]) {
    const { call, steps } = started(refusal);
    call.onCancel();
    call.onReceiveMetadata(new Metadata());
    call.onReceiveMessage('asked');
    call.onReceiveHalfClose();
    assert.deepEqual(steps, ['cancel']);
  }
});

test('a call ends once, however often it is cancelled', () => {
  const { call, ends } = started();
  call.onReceiveMetadata(new Metadata());
  call.onCancel();
  call.onCancel();
  assert.equal(ends(), 1);
});
