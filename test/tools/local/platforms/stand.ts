import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createConnection } from 'node:net';
import { type LocalCloud, startLocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';
import type { CloudRun } from '../../../../tools/local/platforms/cloud-run/cloud-run.ts';
import type { ProgramSettings } from '../../../../tools/local/platforms/platform.ts';
import { SETTINGS } from '../../../../tools/local/platforms/program-command.ts';

export const startCloud: () => Promise<LocalCloud> = () => startLocalCloud();

/** The real programs' settings; change what a test is about. */
export function settings(changes: Partial<ProgramSettings> = {}): ProgramSettings {
  return { ...SETTINGS, worksPrefix: '', imageTag: 'test-1', ...changes };
}

const ECHO = [new URL('echo-program.ts', import.meta.url).pathname];

/** Deadlines of probes and programs are these times longer: no test of real processes is about one. */
export const slowness = () => 10;

/** Small programs in place of the real ones. */
export const echoSettings = (changes: Partial<ProgramSettings> = {}): ProgramSettings =>
  settings({ entries: { loadgen: ECHO, client: ECHO, server: ECHO }, ...changes });

export type Answer = Readonly<{ status: number; text: string }>;

/** What Cloud Scheduler does: a POST with its ID token. */
export async function post(
  cloud: LocalCloud,
  url: string,
  options: { email: string; audience: string; body?: unknown },
): Promise<Answer> {
  const token = await cloud.tokens.issueIdToken(options);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(
    url,
    {
      method: 'POST',
      agent: false,
      ca: readFileSync(cloud.authority.certFile),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    },
    async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode ?? 0, text });
      } catch (error) {
        reject(error);
      }
    },
  );
  outgoing.once('error', reject);
  outgoing.end(JSON.stringify(options.body ?? {}));
  return promise;
}

/** The same, to loadgen, as its schedule does it. */
export const fire = (cloud: LocalCloud, platform: CloudRun, body: unknown): Promise<Answer> =>
  post(cloud, platform.loadgenUrl, {
    email: platform.schedulerServiceAccount,
    audience: platform.loadgenAudience,
    body,
  });

/** Whether anything takes connections there. */
export function answers(address: string): Promise<boolean> {
  const port = Number(/:(\d+)\/?$/.exec(address)?.[1]);
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Waits for what must come about; fails after 120 s, which only a busy machine comes near. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const untilMs = Date.now() + 120_000;
  while (!condition()) {
    if (Date.now() > untilMs) throw new Error(`not within 120 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
