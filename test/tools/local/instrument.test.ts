import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import {
  darkPrograms,
  instrumentEnv,
  LEVELS,
  type Level,
  lackingAt,
  renderLevel,
} from '../../../tools/local/instrument.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { createRequestTrace } from './example-traces.ts';

const PROGRAMS = ['loadgen', 'client', 'server'] as const;

/** Only the first spans of a request, as a level makes them. */
const firstSpans = (count: number) =>
  normalise(
    createRequestTrace({
      platform: 'gcp_kubernetes_engine',
      change: (span, index) => (index < count ? span : null),
    }),
  );

describe('a level of instrumentation', () => {
  it('turns the SDK off where nothing is instrumented, program by program', () => {
    const off = (level: Level) =>
      PROGRAMS.filter((program) => instrumentEnv(level, program).OTEL_SDK_DISABLED === 'true');
    for (const level of LEVELS) assert.deepEqual(off(level), darkPrograms(level), level);
    assert.deepEqual(darkPrograms('none'), PROGRAMS);
    assert.deepEqual(darkPrograms('http'), ['server']);
    assert.deepEqual(darkPrograms('grpc'), []);
  });

  it('sets values that the programs take, and none where everything is instrumented', () => {
    const schema = telemetryVariables.OTEL_NODE_ENABLED_INSTRUMENTATIONS;
    for (const level of LEVELS) {
      for (const program of PROGRAMS) {
        schema.parse(instrumentEnv(level, program).OTEL_NODE_ENABLED_INSTRUMENTATIONS);
      }
    }
    assert.deepEqual(instrumentEnv('all', 'server'), {});
    assert.deepEqual(instrumentEnv('loadgen', 'loadgen'), {
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'none',
    });
  });

  it('lacks nothing where its spans are there, and else what is missing', () => {
    assert.deepEqual(lackingAt('loadgen')(firstSpans(1)), []);
    assert.deepEqual(lackingAt('http')(firstSpans(4)), []);
    assert.deepEqual(lackingAt('http')(firstSpans(1)), ['loadgen → HTTP client span']);
    assert.deepEqual(lackingAt('grpc')(firstSpans(8)), []);
    assert.deepEqual(lackingAt('grpc')(firstSpans(4)), ['client → gRPC client span']);
    assert.deepEqual(lackingAt('all')(firstSpans(4)), ['client → gRPC client span']);
  });

  it('says in one line what makes spans and what does not', () => {
    assert.equal(
      renderLevel('http'),
      'instrumented: loadgen (own spans, http), client (own spans, http); without telemetry: server',
    );
    assert.match(renderLevel('none') ?? '', /^instrumented: nothing; without telemetry: loadgen/);
    assert.equal(renderLevel('all'), undefined);
  });
});
