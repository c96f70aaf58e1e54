import type { HeadersSeen, ProgramName } from './platforms/platform.ts';

/** What the front ends of Cloud Run saw of the headers that link a trace. */
export type WireHeaders = Readonly<{
  add(seen: HeadersSeen): void;
  /** Of one trace, hop by hop, as text. */
  render(traceId: string): string;
}>;

const MOST_HOPS = 10_000;

const HOPS: Readonly<Record<ProgramName, string>> = {
  loadgen: 'schedule → loadgen, HTTP headers',
  client: 'loadgen → client, HTTP headers',
  server: 'client → server, gRPC metadata',
};

export function createWireHeaders(): WireHeaders {
  const hops: HeadersSeen[] = [];
  return {
    add(seen) {
      hops.push(seen);
      if (hops.length > MOST_HOPS) hops.shift();
    },
    render(traceId) {
      const own = hops.filter(({ sent }) =>
        Object.values(sent).some((value) => value.includes(traceId)),
      );
      const title = 'The trace headers of this request, before and behind the front end:';
      if (own.length === 0) return `\n${title} none\n`;
      return ['', title, ...own.flatMap(renderHop), ''].join('\n');
    },
  };
}

function renderHop({ program, sent, received }: HeadersSeen): readonly string[] {
  const names = [...new Set([...Object.keys(sent), ...Object.keys(received)])];
  return [
    HOPS[program],
    ...names.flatMap((name) => {
      const [before = '-', behind = '-'] = [sent[name], received[name]];
      if (before === behind) return [`  ${name.padEnd(22)}unchanged  ${before}`];
      return [`  ${name.padEnd(22)}sent       ${before}`, `  ${''.padEnd(22)}received   ${behind}`];
    }),
  ];
}
