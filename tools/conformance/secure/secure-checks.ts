import { createClosers } from '../../local/closers.ts';
import type { Upstream } from '../../local/platforms/cloud-run/upstream.ts';
import type { ProgramName } from '../../local/platforms/platform.ts';
import type { Check, Finding, Skipped } from '../check.ts';
import { type SecureCloud, type SecureFront, startSecureFront } from './secure-front.ts';

/** What it takes to start the program again, where this tool started it. */
export type Again = Readonly<{
  cloud: SecureCloud;
  /** Starts it with these variables besides; resolves when it listens. */
  start(variables: Readonly<Record<string, string>>): Promise<Readonly<{ close(): Promise<void> }>>;
}>;

type Options = Readonly<{
  program: Exclude<ProgramName, 'server'>;
  /** What it calls, behind TLS. */
  upstream: () => Upstream;
  again: Again | undefined;
  /** Has the program call its neighbour; resolves with what it answered. */
  trigger: () => Promise<string>;
  /** Checks without which it calls nobody. */
  after: readonly string[];
}>;

type Seen = Pick<SecureFront, 'origin' | 'calls' | 'refusals' | 'failures'> & { answer: string };

const GROUP = 'Cloud Run';
const TLS = 'secure.tls';
const ADDRESS = { client: 'SERVER_ADDR', loadgen: 'CLIENT_ADDR' } as const;

/** An address that is an https:// URL. The program starts again for it, so these come last. */
export function secureChecks(options: Options): readonly Check[] {
  const { program, again, after } = options;
  const address = ADDRESS[program];
  let seen: Promise<Seen> | undefined;
  const judge =
    (find: (seen: Seen) => Omit<Finding, 'sent'> | null) =>
    async (): Promise<Finding | Skipped | null> => {
      if (again === undefined) {
        return { skipped: 'only with --command this tool starts the program again' };
      }
      seen ??= callSecurely(options, again);
      const found = find(await seen);
      const sent = `${address}=${(await seen).origin} in the environment, and a ${program === 'client' ? 'query' : 'run'}`;
      return found && { sent, ...found };
    };
  return [
    {
      id: TLS,
      group: GROUP,
      title: `speaks TLS where ${address} is an https:// URL`,
      rule: { section: 'environment', says: 'An `https://` URL **must** be called over TLS' },
      after,
      run: judge(judgeTls),
    },
    {
      id: 'secure.token',
      group: GROUP,
      title: 'sends an ID token for the origin that it calls',
      rule: {
        section: 'environment',
        says: 'each call **must** carry `Authorization: Bearer TOKEN`',
      },
      after: [...after, TLS],
      run: judge(judgeToken),
    },
  ];
}

async function callSecurely(options: Options, { cloud, start }: Again): Promise<Seen> {
  const { program, upstream } = options;
  const closers = createClosers();
  try {
    const metadata = await cloud.startMetadataServer({
      platform: 'cloud_run',
      instanceId: 'conformance',
      serviceAccountEmail: cloud.serviceAccount(program),
    });
    closers.add(metadata.close);
    const front = await startSecureFront({ cloud, caller: program, upstream: upstream() });
    closers.add(front.close);
    const { host } = metadata;
    const starting = start({
      [ADDRESS[program]]: front.origin,
      GCE_METADATA_HOST: host,
      GCE_METADATA_IP: host,
      GCE_METADATA_ROOT: host,
    });
    return { ...front, answer: await answerOf(starting, options) };
  } finally {
    await closers.closeAll();
  }
}

async function answerOf(starting: ReturnType<Again['start']>, { trigger }: Options) {
  try {
    const started = await starting;
    try {
      return await trigger();
    } finally {
      await started.close();
    }
  } catch (error) {
    // Without a start or an answer: what came until then decides.
    return (error as Error).message;
  }
}

function judgeTls({ calls, failures, answer }: Seen): Omit<Finding, 'sent'> | null {
  if (calls() > 0) return null;
  const code = failures().at(-1);
  if (code === undefined) {
    return {
      came: `no call came; ${answer}`,
      fix: 'call the host and the port of the URL over TLS, and trust the authority in SSL_CERT_FILE',
    };
  }
  if (/WRONG_VERSION|HTTP_REQUEST|UNKNOWN_PROTOCOL/.test(code)) {
    return {
      came: 'it spoke plain text',
      fix: 'use TLS for an https:// URL, and plain text for host:port',
    };
  }
  return {
    came: `TLS was not agreed on (${code})`,
    fix: 'trust the authority in SSL_CERT_FILE, for the name localhost; HTTP/2 (ALPN h2) for gRPC',
  };
}

function judgeToken({ refusals, origin }: Seen): Omit<Finding, 'sent'> | null {
  const [reason] = refusals();
  if (reason === undefined) return null;
  return {
    came: reason,
    fix: `get an ID token from the metadata server with audience=${origin} (no path, no slash at its end), and send it with each call`,
  };
}
