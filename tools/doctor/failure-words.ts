import { GRPC } from '../traces/answer.ts';
import type { Failure } from '../traces/failure.ts';
import type { FailureEnd } from '../traces/failure-end.ts';

/** What is behind a failure, and what a person looks at. `seen`: what other traces say of the callee. */
export type Explanation = Readonly<{ cause: string; fix: string }>;

export const explainFailure = (failure: Failure, seen: string): Explanation =>
  EXPLANATIONS[failure.end](failure, seen);

const ADDRESS: Readonly<Record<string, string>> = { client: 'CLIENT_ADDR', server: 'SERVER_ADDR' };
const DEADLINE: Readonly<Record<string, string>> = {
  loadgen: 'LOADGEN_REQUEST_TIMEOUT_SECONDS',
  client: 'SERVER_DEADLINE_MS',
};

const EXPLANATIONS: Readonly<Record<FailureEnd, (failure: Failure, seen: string) => Explanation>> =
  {
    'not-reached': ({ caller, callee }) => ({
      cause:
        `${callee} was not running, it restarted while the call was open, or the address that ` +
        `${caller} calls is wrong or blocked.`,
      fix:
        `Check that ${callee} runs and is ready, that ${ADDRESS[callee] ?? 'the address'} in the ` +
        `environment of ${caller} names it, and that no network policy blocks the call.`,
    }),
    'refused-before': (failure, seen) => explainRefusal(failure, seen),
    'no-span': ({ callee }, seen) => ({
      cause:
        `Three causes look alike in a trace: ${callee} was down or stopped (frozen) and never saw ` +
        `the call; ${callee} does not sample the trace; the spans of ${callee} are not stored. ${seen}`,
      fix:
        `Look for the trace id in the log of ${callee}. If a line has it, ${callee} worked and its ` +
        'spans are missing: check OTEL_TRACES_SAMPLER, OTEL_TRACES_EXPORTER, the permission to write ' +
        `traces, and the line “telemetry stopped”. If no line has it, ${callee} did not get the ` +
        'call: check that it runs, and its CPU and instances.',
    }),
    'too-late': ({ callee, caller }) => ({
      cause:
        `The call waited outside ${callee}: its process was stopped (request-based billing, no CPU), ` +
        'was still starting, or had no room for another request.',
      fix:
        `Look at the instances of ${callee}: cold starts, CPU allocation, concurrency, the maximum ` +
        `number of instances. A longer deadline of ${caller} only hides the wait.`,
    }),
    'too-slow': ({ callee, caller }) => ({
      cause:
        `${callee} needed more time than ${caller} waits. The waterfall shows what it was busy with, ` +
        `and how much time passed before ${callee} began (a cold start, a queue).`,
      fix:
        `Make that step faster, or give ${callee} more CPU or instances. If the time is justified, ` +
        `raise the deadline of ${caller} (${DEADLINE[caller] ?? 'its timeout'}).`,
    }),
    'own-error': ({ callee }) => ({
      cause: `${callee} got the request and could not answer it.`,
      fix: `Read the line with the trace id in the log of ${callee}: it holds the cause.`,
    }),
    dependency: ({ callee, caller }) => ({
      cause: `${caller} worked; ${callee}, which it depends on, failed or did not answer in time.`,
      fix: `Check the state of ${callee}, the permissions of ${caller} on it, and the network.`,
    }),
    caller: ({ caller, callee }) => ({
      cause:
        `${caller} could not call ${callee}: it had no ID token or no free connection, or it was ` +
        'stopping.',
      fix: `Read the line with the trace id in the log of ${caller}: it says what failed.`,
    }),
  };

/** What an answer by HTTP or gRPC says by its status. */
export const NO_ROOM: readonly number[] = [429, GRPC.resourceExhausted];
export const NOT_ALLOWED: readonly number[] = [
  401,
  403,
  GRPC.permissionDenied,
  GRPC.unauthenticated,
];
export const NOT_FOUND: readonly number[] = [404, GRPC.unimplemented];

/** An answer that no instance of the callee shows: by its HTTP or gRPC status. */
function explainRefusal({ node, answer, caller, callee }: Failure, seen: string): Explanation {
  // Between pods no platform stands that would refuse a call for want of room or of permission.
  const isFromPod = node.span.attributes['cloud.platform'] === 'gcp_kubernetes_engine';
  const code = answer?.code ?? 0;
  if (!isFromPod && NO_ROOM.includes(code)) {
    return {
      cause:
        `No instance of ${callee} had room: every allowed instance was busy, or a new one took ` +
        `too long to start, so the platform refused the request. ${seen}`,
      fix:
        `Raise the maximum number of instances or the concurrency of ${callee}, keep instances ` +
        'warm, or send fewer requests at once.',
    };
  }
  if (!isFromPod && NOT_ALLOWED.includes(code)) {
    return {
      cause:
        `The platform refused the caller: ${caller} has no permission to invoke ${callee}, or its ` +
        'ID token is for another audience.',
      fix:
        `Grant roles/run.invoker on ${callee} to the service account of ${caller}, and check that ` +
        `${caller} calls ${callee} by its own URL. npx shakesapp doctor --preflight checks both.`,
    };
  }
  if (NOT_FOUND.includes(code)) {
    return {
      cause:
        `Nothing answers at that address: the URL is wrong, the platform reserves the path, or ` +
        `an ingress setting hides ${callee}.`,
      fix: `Check the address of ${callee} in the environment of ${caller}.`,
    };
  }
  return {
    cause:
      `The platform or a proxy answered for ${callee}, whose instance did not start, crashed, or ` +
      `exceeded a time limit; or ${callee} answered and its spans are missing. ${seen}`,
    fix:
      `Look for the trace id in the log of ${callee}. If a line of the program has it, ${callee} ` +
      'answered and only its spans are missing; else the platform’s own lines say why.',
  };
}
