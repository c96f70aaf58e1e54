import type {
  LogLine,
  PlatformEvent,
  PlatformName,
  PlatformOptions,
  ProcessReport,
  ProgramName,
} from './platform.ts';
import type { Exit, LogContent, Program } from './program.ts';

type Happening = PlatformEvent extends infer E
  ? E extends PlatformEvent
    ? Omit<E, 'platform' | 'program' | 'instanceId'>
    : never
  : never;

/** Logs, events and reports of the instances of one platform, for those who subscribe. */
export type Journal = Readonly<{
  onLog(listener: (line: LogLine) => void): () => void;
  onEvent(listener: (event: PlatformEvent) => void): () => void;
  reports(): readonly ProcessReport[];
  of(program: ProgramName, instanceId: string): InstanceJournal;
}>;

export type InstanceJournal = Readonly<{
  log(line: LogContent): void;
  event(event: Happening): void;
  ended(program: Program, exit: Exit, ranMs: number): void;
}>;

export function createJournal(
  platform: PlatformName,
  options: Pick<PlatformOptions, 'onLog' | 'onEvent'>,
): Journal {
  const logs = new Set<(line: LogLine) => void>(options.onLog ? [options.onLog] : []);
  const events = new Set<(event: PlatformEvent) => void>(options.onEvent ? [options.onEvent] : []);
  const reports: ProcessReport[] = [];
  return {
    onLog: (listener) => subscribe(logs, listener),
    onEvent: (listener) => subscribe(events, listener),
    reports: () => [...reports],
    of(program, instanceId) {
      const base = { platform, program, instanceId };
      const event = (happening: Happening) => {
        for (const listener of events) listener({ ...base, ...happening });
      };
      return {
        log(line) {
          for (const listener of logs) listener({ ...base, line });
        },
        event,
        ended(process, exit, ranMs) {
          const spans = process.spanCounts();
          reports.push({
            program,
            instanceId,
            pid: process.pid,
            exitCode: exit.code,
            signal: exit.signal,
            ...(spans === undefined ? {} : { spans }),
          });
          event({ type: 'exited', code: exit.code, signal: exit.signal, ranMs });
        },
      };
    },
  };
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
