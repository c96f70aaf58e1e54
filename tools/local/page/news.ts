import type { ServerResponse } from 'node:http';

/** Tells browsers that something changed, by server-sent events. */
export type News = Readonly<{
  add(response: ServerResponse): void;
  /** Something changed; sent at most twice a second. */
  changed(): void;
  close(): void;
}>;

const AT_MOST_EVERY_MS = 500;
/** More pages than a person opens; a faulty script must not hold all sockets. */
const MAX_READERS = 32;

/** Sends one more `settleMs` after the last change: by then no trace is "arriving". */
export function createNews(settleMs: number): News {
  const readers = new Set<ServerResponse>();
  let soon: NodeJS.Timeout | undefined;
  let settled: NodeJS.Timeout | undefined;
  const tell = () => {
    soon = undefined;
    for (const reader of readers) reader.write('event: changed\ndata: -\n\n');
  };
  return {
    add(response) {
      if (readers.size >= MAX_READERS) {
        response.writeHead(503).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write('retry: 2000\n\n');
      readers.add(response);
      response.once('close', () => readers.delete(response));
    },
    changed() {
      soon ??= setTimeout(tell, AT_MOST_EVERY_MS).unref();
      clearTimeout(settled);
      settled = setTimeout(tell, settleMs).unref();
    },
    close() {
      clearTimeout(soon);
      clearTimeout(settled);
      for (const reader of readers) reader.end();
    },
  };
}
