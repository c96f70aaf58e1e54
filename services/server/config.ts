import { z } from 'zod';
import { host, integer, oneOf, port, text } from '../../lib/config.ts';
import { shutdownTimeout } from '../../lib/shutdown.ts';
import { besidePlainUrl } from '../../lib/telemetry/plain-text.ts';

export const serverVariables = {
  HOST: host(),
  PORT: port(5050).describe('Port of the gRPC service; 0 takes a free one'),
  SHUTDOWN_TIMEOUT_MS: shutdownTimeout(),
  WORKS_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, { error: 'the name of a bucket' })
    .default('dataflow-samples')
    .describe('Cloud Storage bucket that holds the works'),
  WORKS_PREFIX: text('the start of the object names, or / for every object', 'shakespeare/')
    .transform((prefix) => (prefix === '/' ? '' : prefix))
    .describe('Start of the names of the objects that are works; `/` means every object'),
  WORKS_CACHE: oneOf(['keep', 'per-request'], 'keep').describe(
    '`keep` holds the texts in memory; `per-request` lists and downloads for every query, as the codelab does',
  ),
  WORKS_TTL_SECONDS: integer({ min: 0, max: 86_400, default: 300 }).describe(
    'Seconds after which kept texts are checked against the bucket, by generation',
  ),
  WORKS_ACCESS: oneOf(['public', 'iam'], 'public').describe(
    '`public` reads anonymously; `iam` as the service account of the program',
  ),
  WORKS_ATTEMPTS: integer({ min: 1, max: 3, default: 3 }).describe(
    'Attempts at each listing page and each object, for one request; a call that client sends again, up to twice, makes at least one more',
  ),
  WORKS_ATTEMPT_TIMEOUT_MS: integer({ min: 50, max: 60_000, default: 5_000 }).describe(
    'Milliseconds that each of these attempts may take',
  ),
  STORAGE_API_ENDPOINT: z
    .string()
    .transform((value, context) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      const isOrigin = url?.pathname === '/' && !url.search && !url.hash && !url.username;
      if (url && isOrigin && /^https?:$/.test(url.protocol)) return url.origin;
      context.addIssue({ code: 'custom', message: 'http://host[:port] or https://host[:port]' });
      return z.NEVER;
    })
    .default('https://storage.googleapis.com')
    .meta({
      description: 'Origin of the Cloud Storage JSON API, for private endpoints',
      beside: besidePlainUrl((all) => all.WORKS_ACCESS === 'iam'),
    }),
};
