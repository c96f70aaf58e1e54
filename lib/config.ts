import { isIP } from 'node:net';
import { z } from 'zod';
import { integer } from './telemetry/environment.ts';

export {
  type Config,
  ConfigError,
  integer,
  oneOf,
  parseEnv,
  parseEnvOrExit,
  text,
  type Variables,
} from './telemetry/environment.ts';

/** The address to listen on. All IPv4 ones by default, as Cloud Run asks of a container. */
export function host() {
  return z
    .string()
    .refine((value) => isIP(value) !== 0, { error: 'an IPv4 or IPv6 address' })
    .default('0.0.0.0')
    .describe('Address that the program listens on');
}

export const port = (preset: number) => integer({ min: 0, max: 65_535, default: preset });

/**
 * Where a service listens: `host:port` is plain text, `https://host[:port]` is TLS with an ID token
 * whose audience is that origin. The same image serves Cloud Run and GKE by this alone.
 */
export type Address = Readonly<{ host: string; port: number; tls: boolean; origin: string }>;

export function address() {
  const allowed =
    'host:port (plain text, no token) or https://host[:port] (TLS and an ID token for that origin)';
  return z.string({ error: allowed }).transform((value, context): Address => {
    const tls = value.startsWith('https://');
    const target = tls ? value.slice('https://'.length).replace(/\/$/, '') : value;
    const url = /^[A-Za-z0-9.:[\]-]+$/.test(target) ? safeUrl(`http://${target}`) : undefined;
    const hasPort = /:\d+$/.test(target);
    if (url?.pathname !== '/' || (!tls && !hasPort)) {
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    }
    const parsedPort = /:(\d+)$/.exec(target)?.[1];
    const number = parsedPort === undefined ? 443 : Number(parsedPort);
    if (number < 1 || number > 65_535) {
      context.addIssue({ code: 'custom', message: allowed });
      return z.NEVER;
    }
    const suffix = tls && number === 443 ? '' : `:${number}`;
    return {
      host: url.hostname,
      port: number,
      tls,
      origin: `${tls ? 'https' : 'http'}://${url.hostname}${suffix}`,
    };
  });
}

function safeUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}
