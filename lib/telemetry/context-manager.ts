import { EventEmitter } from 'node:events';
import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

/**
 * Binds an event emitter to a context by its `emit` alone. The manager below makes eight functions for
 * each emitter and two for each listener, and defines the length of one of them: with three emitters
 * and two dozen listeners for each request, that was a tenth of the CPU that tracing takes.
 *
 * What differs: listeners that were there before run in the context too, such as node's own.
 */
export class EmitterContextManager extends AsyncLocalStorageContextManager {
  override bind<T>(context: Context, target: T): T {
    if (!(target instanceof EventEmitter)) return super.bind(context, target);
    const { emit } = target;
    target.emit = (...event) =>
      target.listenerCount(event[0]) === 0
        ? emit.apply(target, event)
        : this.with(context, emit, target, ...event);
    return target;
  }
}
