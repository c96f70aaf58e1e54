import type { Failure } from '../traces/failure.ts';
import type { FailureEnd } from '../traces/failure-end.ts';
import { type Explanation, NO_ROOM, NOT_ALLOWED, NOT_FOUND } from './failure-words.ts';

/** The same of a system whose programs and settings are not known. */
export const explainGeneralFailure = (failure: Failure, seen: string): Explanation =>
  EXPLANATIONS[failure.end](failure, seen);

const EXPLANATIONS: Readonly<Record<FailureEnd, (failure: Failure, seen: string) => Explanation>> =
  {
    'not-reached': ({ caller, callee }) => ({
      cause:
        `${callee} was not running, it restarted while the call was open, or the address that ` +
        `${caller} calls is wrong or blocked.`,
      fix: `Check that ${callee} runs and is ready, and that ${caller} may reach its address.`,
    }),
    'refused-before': (failure, seen) => explainRefusal(failure, seen),
    'no-span': ({ callee }, seen) => ({
      cause:
        `Three causes look alike in a trace: ${callee} was down and never saw the call; ${callee} ` +
        `does not sample the trace; the spans of ${callee} are not stored. ${seen}`,
      fix:
        `Look for the trace id in the log of ${callee}. If a line has it, ${callee} worked and its ` +
        'spans are missing: check its sampler and its exporter. If no line has it, check that it runs.',
    }),
    'too-late': ({ callee, caller }) => ({
      cause:
        `The call waited outside ${callee}: in a queue, for a connection, or for an instance that ` +
        'was still starting.',
      fix:
        `Look at the load and the instances of ${callee} at that time. A longer deadline of ` +
        `${caller} only hides the wait.`,
    }),
    'too-slow': ({ callee, caller }) => ({
      cause:
        `${callee} needed more time than ${caller} waits. The waterfall shows what it was busy with, ` +
        `and how much time passed before ${callee} began.`,
      fix:
        'Make that step faster or give it more capacity. If the time is justified, raise the deadline ' +
        `of ${caller}.`,
    }),
    'own-error': ({ callee }) => ({
      cause: `The error began in ${callee}: nothing below it failed.`,
      fix: `Read the line with the trace id in the log of ${callee}: it holds the cause.`,
    }),
    dependency: ({ callee, caller }) => ({
      cause: `${caller} worked; ${callee}, which it calls, failed or did not answer in time.`,
      fix: `Check the state of ${callee}, the permissions of ${caller} on it, and the network.`,
    }),
    caller: ({ caller, callee }) => ({
      cause: `${caller} could not call ${callee}.`,
      fix: `Read the line with the trace id in the log of ${caller}: it says what failed.`,
    }),
  };

/** An answer that no span of the callee shows: by its HTTP or gRPC status. */
function explainRefusal({ answer, caller, callee }: Failure, seen: string): Explanation {
  const code = answer?.code ?? 0;
  if (NO_ROOM.includes(code)) {
    return {
      cause: `${callee} had no room, or a limit of requests was reached. ${seen}`,
      fix: `Give ${callee} more instances, raise the limit, or send fewer requests at once.`,
    };
  }
  if (NOT_ALLOWED.includes(code)) {
    return {
      cause: `${caller} is not allowed to call ${callee}, or its credentials are not valid there.`,
      fix: `Check the permissions of ${caller} on ${callee}, and the credentials that it sends.`,
    };
  }
  if (NOT_FOUND.includes(code)) {
    return {
      cause: `Nothing answers at that address, or ${callee} does not know what was asked for.`,
      fix: `Check the address of ${callee} in ${caller}, and that both have the same interface.`,
    };
  }
  return {
    cause:
      `A proxy or a gateway answered for ${callee}, which did not run or exceeded a time limit; or ` +
      `${callee} answered and its spans are missing. ${seen}`,
    fix:
      `Look for the trace id in the log of ${callee}. If a line has it, ${callee} answered and only ` +
      'its spans are missing; else the log of the proxy says why.',
  };
}
