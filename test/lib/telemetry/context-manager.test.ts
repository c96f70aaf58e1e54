import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type ContextManager, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { EmitterContextManager } from '../../../lib/telemetry/context-manager.ts';

const KEY = createContextKey('test');
const bound = ROOT_CONTEXT.setValue(KEY, 'bound');
const other = ROOT_CONTEXT.setValue(KEY, 'other');

const MANAGERS: Readonly<Record<string, () => ContextManager>> = {
  'OpenTelemetry’s': () => new AsyncLocalStorageContextManager().enable(),
  ours: () => new EmitterContextManager().enable(),
  'ours, derived from': () => Object.create(new EmitterContextManager().enable()),
};

function start(t: TestContext, create: () => ContextManager) {
  const manager = create();
  t.after(() => manager.disable());
  const seen: unknown[] = [];
  const emitter = new EventEmitter();
  const note = () => seen.push(manager.active().getValue(KEY));
  return { manager, seen, emitter, note };
}

for (const [name, create] of Object.entries(MANAGERS)) {
  test(`a listener runs in the context that its emitter is bound to: ${name}`, (t) => {
    const { manager, seen, emitter, note } = start(t, create);
    assert.equal(manager.bind(bound, emitter), emitter);
    emitter.on('event', note).once('event', note).prependListener('event', note);
    emitter.prependOnceListener('event', note).addListener('event', note);
    manager.with(other, () => emitter.emit('event', 1));
    assert.deepEqual(seen, Array(5).fill('bound'));
    emitter.emit('event', 1);
    assert.equal(seen.length, 8);
    assert.equal(manager.active().getValue(KEY), undefined);
  });

  test(`the first binding of an emitter holds: ${name}`, (t) => {
    const { manager, seen, emitter, note } = start(t, create);
    manager.bind(other, manager.bind(bound, emitter));
    emitter.on('event', note).emit('event');
    assert.deepEqual(seen, ['bound']);
  });

  test(`a listener of a bound emitter can be removed: ${name}`, (t) => {
    const { manager, seen, emitter, note } = start(t, create);
    manager.bind(bound, emitter);
    emitter.on('event', note).off('event', note).once('event', note).removeListener('event', note);
    emitter.on('event', note).removeAllListeners('event');
    assert.equal(emitter.emit('event'), false);
    assert.deepEqual(seen, []);
  });

  test(`an event keeps its arguments, its emitter and its answer: ${name}`, (t) => {
    const { manager, emitter } = start(t, create);
    manager.bind(bound, emitter);
    emitter.on('event', function (this: EventEmitter, ...args) {
      assert.deepEqual([this, ...args], [emitter, 1, 'two']);
    });
    assert.equal(emitter.emit('event', 1, 'two'), true);
    assert.throws(() => emitter.emit('error', new Error('unheard')), /unheard/);
  });

  test(`a function runs in the context that it is bound to: ${name}`, (t) => {
    const { manager, seen, note } = start(t, create);
    const asked = function (this: unknown, first: number, second: string) {
      note();
      return [this, first, second];
    };
    const self = { called: manager.bind(bound, asked) };
    assert.equal(self.called.length, 2);
    assert.deepEqual(
      manager.with(other, () => self.called(1, 'two')),
      [self, 1, 'two'],
    );
    const inside = manager.with(bound, () => manager.bind(manager.active(), asked));
    inside(1, 'two');
    manager.bind(ROOT_CONTEXT, note)();
    assert.deepEqual(seen, ['bound', 'bound', undefined]);
    assert.throws(() => manager.bind(bound, () => assert.fail('thrown'))(), /thrown/);
    assert.equal(manager.active().getValue(KEY), undefined);
    assert.equal(manager.bind(bound, KEY), KEY);
  });
}
