import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import { AppError, ERRORS, kindOfGrpcStatus, toAppError } from '../../lib/errors.ts';

describe('the error table', () => {
  test('holds real gRPC and HTTP statuses, and never OK', () => {
    for (const [kind, row] of Object.entries(ERRORS)) {
      assert.ok(row.grpc > 0 && status[row.grpc] !== undefined, `${kind}: gRPC ${row.grpc}`);
      // 499 is nginx's word for a caller that went away: nobody is there to read it.
      const isKnown = STATUS_CODES[row.http] !== undefined || kind === 'cancelled';
      assert.ok(row.http >= 400 && isKnown, `${kind}: HTTP ${row.http}`);
    }
  });

  test('asks for another try only where the fault is not the caller’s', () => {
    for (const [kind, { http, retryable }] of Object.entries(ERRORS)) {
      if (retryable) assert.ok(http >= 502, kind);
    }
  });

  test('takes each error over gRPC and back for what it is, or for an upstream error', () => {
    for (const kind of ['invalidArgument', 'unavailable', 'failedPrecondition'] as const)
      assert.equal(kindOfGrpcStatus(ERRORS[kind].grpc), kind);
    assert.equal(kindOfGrpcStatus(ERRORS.deadlineExceeded.grpc), 'deadlineExceeded');
    assert.equal(kindOfGrpcStatus(ERRORS.internal.grpc), 'badUpstream');
  });

  test('never says of a status that came over the wire that the caller closed the connection', () => {
    assert.equal(kindOfGrpcStatus(ERRORS.cancelled.grpc), 'unavailable');
  });

  test('has a meaning for every code of gRPC, and for one that does not exist', () => {
    const codes = Object.values(status).filter((code) => typeof code === 'number' && code !== 0);
    assert.equal(codes.length, 16);
    for (const code of codes) assert.ok(kindOfGrpcStatus(Number(code)) in ERRORS);
    assert.equal(kindOfGrpcStatus(99), 'badUpstream');
  });
});

describe('toAppError', () => {
  test('leaves an error of the domain as it is', () => {
    const error = new AppError('unavailable', 'not now');
    assert.equal(toAppError(error), error);
  });

  test('keeps what was thrown as the cause and says nothing of it', () => {
    for (const thrown of [new TypeError('secret'), 'secret', undefined]) {
      const error = toAppError(thrown);
      assert.deepEqual([error.kind, error.message], ['internal', 'an internal error occurred']);
      assert.equal(error.cause, thrown);
    }
  });
});
