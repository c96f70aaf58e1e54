import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import {
  PROTECTIONS,
  parseWithout,
  renderWithout,
  withoutEnv,
} from '../../../tools/local/protections.ts';

const DEFAULT = ['gcp_trace', 'tracecontext', 'b3'];

describe('--without', () => {
  it('sets for each protection a variable of the programs to a value that is not the default', () => {
    for (const name of PROTECTIONS) {
      const env = withoutEnv([parseWithout(name)], 'client', DEFAULT);
      const [[variable, value] = ['', ''], ...more] = Object.entries(env);
      assert.deepEqual(more, [], name);
      const schema = telemetryVariables[variable as keyof typeof telemetryVariables];
      const isDefault =
        JSON.stringify(schema.parse(value)) === JSON.stringify(schema.parse(undefined));
      // What the programs do by default loses nothing where the CPU never stops.
      assert.equal(isDefault, name === 'flush', `${variable}=${value}`);
    }
  });

  it('reaches every program, or the one that is named', () => {
    assert.deepEqual(withoutEnv([parseWithout('drain')], 'server', DEFAULT), {
      SPAN_DRAIN: 'never',
    });
    const only = [parseWithout('server/drain'), parseWithout('client/flush')];
    assert.deepEqual(withoutEnv(only, 'server', DEFAULT), { SPAN_DRAIN: 'never' });
    assert.deepEqual(withoutEnv(only, 'client', DEFAULT), { SPAN_FLUSH: 'background' });
    assert.deepEqual(withoutEnv(only, 'loadgen', DEFAULT), {});
  });

  it('takes b3 in either form out of the propagators that were chosen', () => {
    const parent = [parseWithout('parent')];
    const propagators = (given: readonly string[]) => withoutEnv(parent, 'client', given);
    assert.deepEqual(propagators(DEFAULT), { OTEL_PROPAGATORS: 'gcp_trace,tracecontext' });
    assert.deepEqual(propagators(['b3multi']), { OTEL_PROPAGATORS: 'none' });
  });

  it('is stated in words', () => {
    assert.equal(renderWithout(parseWithout('flush')), 'protection off: flush in every program');
    assert.equal(renderWithout(parseWithout('server/flush')), 'protection off: flush in server');
  });
});
