import { GoogleAuth } from 'google-auth-library';
import pRetry, { AbortError } from 'p-retry';
import { within } from '../../../lib/telemetry/deadline.ts';

/** Google's REST services that the preflight reads, by the names of their hosts. */
const SERVICES = [
  ...(['artifactregistry', 'cloudresourcemanager', 'container', 'iam'] as const),
  ...(['run', 'serviceusage', 'storage'] as const),
] as const;
type ServiceHost = (typeof SERVICES)[number];
export type Endpoints = Readonly<Record<ServiceHost, string>>;

export const GOOGLE_ENDPOINTS = Object.fromEntries(
  SERVICES.map((name) => [name, `https://${name}.googleapis.com`]),
) as Endpoints;

/** An answer that is no success: its HTTP status, Google's words, and what was asked. */
export class ApiError extends Error {
  readonly status: number;
  readonly path: string;

  constructor(status: number, message: string, path: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.path = path;
  }
}

/** There is nobody to ask as: no credentials, or none that can be renewed. */
export class CredentialsError extends Error {}

export type GoogleApi = Readonly<{
  /** Throws CredentialsError. */
  signIn(): Promise<void>;
  /** The answer's JSON. Throws ApiError, CredentialsError, or what the network said. */
  get(service: ServiceHost, path: string): Promise<unknown>;
  post(service: ServiceHost, path: string, body: object): Promise<unknown>;
}>;

const DEADLINE_MS = 15_000;
const RETRIES = 2;

/** Headers that sign a request; by default of the application default credentials. */
export type Signer = () => Promise<Headers>;

export function createSigner(): Signer {
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  return async () => {
    const client = await auth.getClient();
    return client.getRequestHeaders();
  };
}

export function createGoogleApi(options: {
  signer: Signer;
  endpoints?: Endpoints;
  signal: AbortSignal;
  retryDelayMs?: number;
}): GoogleApi {
  const { signer, endpoints = GOOGLE_ENDPOINTS, signal, retryDelayMs = 500 } = options;

  const sign = async (): Promise<Headers> => {
    try {
      return await within(DEADLINE_MS, signer, { late: 'no credentials' });
    } catch (error) {
      throw new CredentialsError((error as Error).message, { cause: error });
    }
  };

  const ask = async (url: string, init: RequestInit): Promise<unknown> => {
    const headers = new Headers(await sign());
    if (init.body) headers.set('content-type', 'application/json');
    const { response, text } = await within(
      DEADLINE_MS,
      async (limit) => {
        const answer = await fetch(url, { ...init, headers, signal: limit });
        return { response: answer, text: await answer.text() };
      },
      { outer: signal },
    );
    if (response.ok) return text === '' ? {} : JSON.parse(text);
    const said = messageOf(text) || response.statusText;
    throw new ApiError(response.status, said, new URL(url).pathname);
  };

  const retrying = (url: string, init: RequestInit): Promise<unknown> =>
    pRetry(
      async () => {
        try {
          return await ask(url, init);
        } catch (error) {
          const final =
            error instanceof CredentialsError ||
            (error instanceof ApiError && error.status < 500 && error.status !== 429);
          throw final ? new AbortError(error as Error) : asError(error);
        }
      },
      { retries: RETRIES, minTimeout: retryDelayMs, signal },
    );

  return {
    signIn: async () => void (await sign()),
    get: (service, path) => retrying(`${endpoints[service]}${path}`, { method: 'GET' }),
    post: (service, path, body) =>
      retrying(`${endpoints[service]}${path}`, { method: 'POST', body: JSON.stringify(body) }),
  };
}

/** p-retry takes a TypeError for a fault of the caller; fetch's means that the network failed. */
function asError(error: unknown): Error {
  if (!(error instanceof TypeError)) return error as Error;
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return new Error(cause, { cause: error });
}

function messageOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } };
    return error?.message ?? '';
  } catch {
    return '';
  }
}
