import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderEvent, renderLogLine } from '../../../tools/local/console.ts';

const PLACE = { platform: 'gke', program: 'server', instanceId: 'server-1' } as const;

describe('renderLogLine', () => {
  const warning = {
    ...PLACE,
    line: {
      severity: 'WARNING',
      message: 'Storage does not answer',
      time: 't',
      service: 'server',
      ageMs: 5,
      'logging.googleapis.com/trace': 'projects/p/traces/x',
    },
  };

  it('shows a warning with its fields, without those that a person can do without', () => {
    assert.equal(
      renderLogLine(warning, false),
      'gke/server   WARNING Storage does not answer ageMs=5',
    );
  });

  it('shows lines of no alarm only with --verbose', () => {
    const info = { ...PLACE, line: { severity: 'INFO', message: 'listening' } };
    assert.equal(renderLogLine(info, false), undefined);
    assert.equal(renderLogLine(info, true), 'gke/server   INFO listening');
  });

  it('always shows plain text, because a program that prints it is in trouble', () => {
    assert.equal(renderLogLine({ ...PLACE, line: 'Killed' }, false), 'gke/server   Killed');
  });
});

describe('renderEvent', () => {
  it('says how long a start took, and that it was on this machine', () => {
    assert.match(
      renderEvent({ ...PLACE, type: 'ready', afterMs: 312.4 }, false) ?? '',
      /gke\/server +ready after 312 ms .*this machine/,
    );
  });

  it('hides a clean exit and shows any other', () => {
    const exit = { ...PLACE, type: 'exited', signal: null, ranMs: 1 } as const;
    assert.equal(renderEvent({ ...exit, code: 0 }, false), undefined);
    assert.equal(renderEvent({ ...exit, code: 3 }, false), 'gke/server   exited with code 3');
  });
});
