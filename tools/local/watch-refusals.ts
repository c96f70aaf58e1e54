import type { Attempt } from './cloud/scheduler/runner.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { PlatformName } from './platforms/platform.ts';
import type { System } from './system.ts';

/** Calls back with one line for each run that was refused or skipped. Returns how to stop. */
export function watchRefusals(
  system: Readonly<{
    cloud: { scheduler: Pick<System['cloud']['scheduler'], 'onAttempt'> };
    platforms: readonly Pick<System['platforms'][number], 'onEvent'>[];
  }>,
  onLine: (line: string) => void,
): () => void {
  const tell = (platform: PlatformName, atMs: number, what: string) => {
    const time = new Date(atMs).toISOString().slice(11, 19);
    onLine(`${time}  ${PLATFORM_LABEL[platform]}  run ${what}`);
  };
  const stops = [
    system.cloud.scheduler.onAttempt((attempt) => {
      if (attempt.code === 'OK') return;
      tell('cloud_run', attempt.startedMs, `refused: ${describeAttempt(attempt)}`);
    }),
    ...system.platforms.map(({ onEvent }) =>
      onEvent((event) => {
        if (event.type === 'skipped') {
          tell(event.platform, event.minute.getTime(), `skipped: ${event.reason}`);
        } else if (event.type === 'fired' && event.status >= 400) {
          const { status, body } = event;
          tell(event.platform, event.minute.getTime(), `refused: ${status} ${reasonOf(body)}`);
        }
      }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Status and reason of an attempt that failed, on one line. */
export function describeAttempt({
  code,
  httpStatus,
  error,
  answer,
}: Pick<Attempt, 'code' | 'httpStatus' | 'error' | 'answer'>): string {
  return `${httpStatus ?? code} ${answer === undefined ? oneLine(error ?? '') : reasonOf(answer)}`;
}

/** The detail of a problem (RFC 9457), as loadgen answers it, otherwise the answer; on one line. */
export function reasonOf(answer: unknown): string {
  const body = typeof answer === 'string' ? parse(answer) : answer;
  const isProblem = typeof body === 'object' && body !== null && 'detail' in body;
  if (isProblem) return oneLine(String(body.detail));
  return oneLine(typeof body === 'string' ? body : JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const LONGEST_REASON = 300;

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
