import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConsole, renderEvent } from '../../../tools/local/console.ts';
import type { LogLine } from '../../../tools/local/platforms/platform.ts';

const PLACE = { platform: 'gke', program: 'server', instanceId: 'server-1' } as const;
const TRACE = 'logging.googleapis.com/trace';

function consoleOf(verbose = false, requestsListed = false) {
  const printed: string[] = [];
  const details: LogLine[] = [];
  const shown = createConsole({
    verbose,
    requestsListed,
    print: (line) => printed.push(line),
    detail: (entry) => details.push(entry),
  });
  const log = (line: LogLine['line'], program: LogLine['program'] = 'server') =>
    shown.onLog({ ...PLACE, program, line });
  return { printed, details, log };
}

describe('createConsole', () => {
  it('prints a warning with its reason, and leaves fields and stack to the log file', () => {
    const { printed, details, log } = consoleOf();
    const error = { type: 'Error', message: 'connect ECONNREFUSED', stack: 'Error\n  at x' };
    const line = { severity: 'WARNING', message: 'Storage does not answer', ageMs: 5, error };
    log(line);
    assert.deepEqual(printed, ['gke/server   Storage does not answer: connect ECONNREFUSED']);
    assert.deepEqual(
      details.map((entry) => entry.line),
      [line],
    );
  });

  it('prints that a protection is off, and names no file of what fails for it', () => {
    const { printed, details, log } = consoleOf();
    const message = 'unprotected trace: SPAN_DRAIN=never loses the spans that wait';
    log({ severity: 'WARNING', message });
    assert.deepEqual(printed, [`gke/server   ${message}`]);
    assert.deepEqual(details, []);
  });

  it('shows lines of each severity from WARNING up, and of none below', () => {
    const { printed, log } = consoleOf();
    for (const severity of ['WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY']) {
      log({ severity, message: severity });
    }
    for (const severity of ['DEFAULT', 'DEBUG', 'INFO', 'NOTICE']) log({ severity, message: '' });
    assert.deepEqual(
      printed.map((line) => line.split(' ').at(-1)),
      ['WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'],
    );
  });

  it('prints one line for a failed request, with the reason of the program below loadgen', () => {
    const { printed, details, log } = consoleOf();
    const inTrace = { severity: 'WARNING', [TRACE]: 'projects/p/traces/x' };
    const message = 'the server did not answer in time: 4 DEADLINE_EXCEEDED: after 11.4s,LB pick';
    log({ ...inTrace, message: 'GET / 504', error: { message, stack: 'at …' } }, 'client');
    const error = { message: 'client answered 504', stack: 'at …' };
    const failed = { message: 'request failed', sequence: 3, query: 'hello', kind: 'http_504' };
    log({ ...inTrace, ...failed, error }, 'loadgen');
    assert.deepEqual(printed, [
      'GKE (local): request 3 ("hello") failed: 504, the server did not answer in time',
    ]);
    assert.equal(details.length, 2);
  });

  it('leaves failed requests to the list of traces where there is one', () => {
    const { printed, details, log } = consoleOf(false, true);
    const failed = { message: 'request failed', sequence: 3, query: 'x', kind: 'http_504' };
    log({ severity: 'WARNING', ...failed, [TRACE]: 't' }, 'loadgen');
    assert.deepEqual([printed, details.length], [[], 1]);
  });

  it('gives loadgen’s own reason where the request reached nobody', () => {
    const { printed, log } = consoleOf();
    const message = 'no answer within 30000 ms';
    const failed = { message: 'request failed', sequence: 0, query: 'x', kind: 'timeout' };
    log({ severity: 'WARNING', ...failed, error: { message }, [TRACE]: 't' }, 'loadgen');
    assert.deepEqual(printed, [`GKE (local): request 0 ("x") failed: timeout, ${message}`]);
  });

  it('keeps every line within 100 columns, on one line', () => {
    const { printed, log } = consoleOf();
    log({ severity: 'ERROR', message: `a\nb ${'c'.repeat(200)}` });
    assert.equal(printed[0]?.length, 100);
    assert.match(printed[0] ?? '', /^gke\/server {3}a b c+…$/);
  });

  it('shows lines of no alarm only with --verbose', () => {
    const quiet = consoleOf();
    quiet.log({ severity: 'INFO', message: 'listening', port: 5 });
    assert.deepEqual([quiet.printed, quiet.details], [[], []]);
    const verbose = consoleOf(true);
    verbose.log({ severity: 'INFO', message: 'listening', port: 5 });
    assert.deepEqual(verbose.printed, ['gke/server   INFO listening port=5']);
  });

  it('shows plain text, because a program that prints it is in trouble, but no stack', () => {
    const { printed, details, log } = consoleOf();
    for (const line of ['node:internal/x', 'Error: no such module', '    at load (a.ts:1)', '']) {
      log(line);
    }
    assert.deepEqual(printed, ['gke/server   Error: no such module']);
    assert.equal(details.length, 4);
  });
});

describe('renderEvent', () => {
  it('says how long a start took, and that it was on this machine', () => {
    assert.match(
      renderEvent({ ...PLACE, type: 'ready', afterMs: 31_240 }, false) ?? '',
      /gke\/server +ready after 31\.24 s .*this machine/,
    );
  });

  it('says how to start a program that it waits for', () => {
    const awaited = {
      type: 'awaited',
      address: 'localhost:5050',
      environmentFile: '/a.env',
    } as const;
    assert.equal(
      renderEvent({ ...PLACE, ...awaited }, false),
      'gke/server   waits for localhost:5050; start it with: . /a.env',
    );
  });

  it('hides a clean exit and shows any other', () => {
    const exit = { ...PLACE, type: 'exited', signal: null, ranMs: 1 } as const;
    assert.equal(renderEvent({ ...exit, code: 0 }, false), undefined);
    assert.equal(renderEvent({ ...exit, code: 3 }, false), 'gke/server   exited with code 3');
  });
});
