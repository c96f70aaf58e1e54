import {
  type Answer,
  type ClientRequests,
  RequestError,
  stopKind,
} from '../../../functions/loadgen/request.ts';

export type Asked = Readonly<{
  path: string;
  query: string | null;
  answer(answer: Answer): void;
  count(matchCount: number): void;
  fail(error: RequestError): void;
}>;

/** A client whose answers the test gives by hand; a given-up request fails as a real one does. */
export function createFakeClient(onAsked: (asked: Asked) => void = () => {}) {
  const asked: Asked[] = [];
  const requests: ClientRequests = {
    get(path, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const giveUp = () => reject(new RequestError(stopKind(signal), true, 'given up'));
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      const one: Asked = {
        path,
        query: new URL(path, 'http://client').searchParams.get('q'),
        answer: resolve,
        count: (matchCount) => resolve({ status: 200, body: JSON.stringify({ matchCount }) }),
        fail: reject,
      };
      asked.push(one);
      onAsked(one);
      return promise;
    },
    close() {},
  };
  return { requests, asked };
}
