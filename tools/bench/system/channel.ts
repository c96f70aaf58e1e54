/** Questions and answers between the benchmark and a process that it started, over Node's channel. */

import type { ChildProcess } from 'node:child_process';

type Question = Readonly<{ id: number; ask: string; with: unknown }>;
type Reply = Readonly<{ id: number; is?: unknown; error?: string }>;

let lastId = 0;

export function ask<Result>(child: ChildProcess, what: string, about?: unknown): Promise<Result> {
  lastId += 1;
  const id = lastId;
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const hear = (answer: unknown) => {
    const { id: answered, is, error } = answer as Reply;
    if (answered !== id) return;
    end();
    if (error === undefined) resolve(is as Result);
    else reject(new Error(error));
  };
  const gone = () => {
    end();
    reject(new Error(`a process ended before it answered ${what}`));
  };
  const end = () => {
    child.off('message', hear);
    child.off('exit', gone);
  };
  child.on('message', hear);
  child.once('exit', gone);
  child.send({ id, ask: what, with: about }, (error) => error && gone());
  return promise;
}

type Handlers = Readonly<Record<string, (about: never) => unknown>>;

const handlers: Record<string, Handlers[string]> = {};
const waiting: Question[] = [];

/**
 * Answers each question for which it has a handler. A question that comes before its handler waits for
 * it. The process ends when the benchmark's does.
 */
export function serve(more: Handlers): void {
  if (Object.keys(handlers).length === 0) {
    process.on('message', (question) => answer(question as Question));
    process.once('disconnect', () => process.exit());
  }
  Object.assign(handlers, more);
  for (const question of waiting.splice(0)) answer(question);
}

async function answer(question: Question): Promise<void> {
  const { id, ask: what, with: about } = question;
  const handler = handlers[what];
  if (handler === undefined) {
    waiting.push(question);
    return;
  }
  try {
    process.send?.({ id, is: await handler(about as never) });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}
