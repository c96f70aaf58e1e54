import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ROOT } from './linked-context.ts';

/**
 * Binds an event emitter by its `emit` alone. The manager below makes eight functions for each emitter and
 * two for each listener, and defines the length of one of them: with three emitters and two dozen
 * listeners for each request, that was a tenth of the CPU that tracing takes. And it sets the context
 * again for each event, and for each call of a bound function, which copies node's own map of contexts
 * twice; here the map is kept.
 *
 * What differs: listeners that were there before run in the context too, such as node's own; and what
 * else node keeps for each asynchronous context is that of the binding.
 */
export class EmitterContextManager extends AsyncLocalStorageContextManager {
  override active(): Context {
    const active = super.active();
    return active === ROOT_CONTEXT ? ROOT : active;
  }

  override bind<T>(context: Context, target: T): T {
    if (!(target instanceof EventEmitter || typeof target === 'function')) return target;
    const scope = this.active() === context ? createScope() : this.with(context, createScope);
    return typeof target === 'function'
      ? bindFunction(scope, target as T & Call)
      : bindEmitter(scope, target);
  }
}

const createScope = () => new AsyncResource('BoundToContext');

function bindEmitter<T extends EventEmitter>(scope: AsyncResource, target: T): T {
  const { emit } = target;
  target.emit = (...event) =>
    target.listenerCount(event[0]) === 0
      ? emit.apply(target, event)
      : scope.runInAsyncScope(emit, target, ...event);
  return target;
}

type Call = (this: unknown, ...args: unknown[]) => unknown;

function bindFunction<T extends Call>(scope: AsyncResource, target: T): T {
  const bound = function bound(this: unknown, ...args: unknown[]): unknown {
    return scope.runInAsyncScope(target, this, ...args);
  };
  return Object.defineProperty(bound, 'length', { value: target.length }) as unknown as T;
}
