import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIVE_IS_READY, withoutNpx } from '../../../docs/codelab/blocks.ts';
import { type Submission, startCloudBuildService } from '../../cloudbuild/service.ts';
import { projectOf } from '../../cloudbuild/submit.ts';
import { ROOT } from '../../rules/sources.ts';
import { startStandInProviders } from '../../terraform/provider/serve.ts';
import { copyRepository } from '../../working-copy.ts';
import { startKubernetesApi } from './kubernetes-api.ts';
import { startStateBucket } from './state-bucket.ts';

export type Outcome = Readonly<{ code: number | null; output: string }>;

/** Named in the README. */
const PROJECT = { projectId: 'my-project', region: 'us-central1' };
const LONGEST_MS = 120_000;

/**
 * Somebody who types the README's lines into a shell, one after the other, in a copy of the
 * repository. Whatever the programs then reach for is on this machine; there are no
 * credentials of Google's, and a question is answered with yes.
 */
export async function startFollower() {
  const folder = await copyRepository();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const home = join(folder, '.home');
  await mkdir(home);
  const providers = await startStandInProviders();
  const bucket = await startStateBucket();
  const kubernetes = await startKubernetesApi('shakesapp');
  const build = await startCloudBuildService(projectOf(PROJECT.projectId, PROJECT.region));
  const token = join(home, 'token');
  await writeFile(token, 'a-token');
  const kubeconfig = join(home, 'kubeconfig');
  await writeFile(kubeconfig, renderKubeconfig(kubernetes.origin));
  const env: NodeJS.ProcessEnv = {
    PATH: `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    HOME: home,
    NO_COLOR: '1',
    METADATA_SERVER_DETECTION: 'none',
    // The script itself still runs, but not what installs before it.
    npm_config_ignore_scripts: 'true',
    npm_config_update_notifier: 'false',
    CHECKPOINT_DISABLE: '1',
    TF_CLI_CONFIG_FILE: '/dev/null',
    TF_REATTACH_PROVIDERS: providers.reattach,
    GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT: `${bucket.origin}/storage/v1/`,
    KUBECONFIG: kubeconfig,
    CLOUDSDK_CONFIG: join(home, 'gcloud'),
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
    CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: build.buildEndpoint,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: build.storageEndpoint,
  };

  const begin = (line: string, more: NodeJS.ProcessEnv = {}) => {
    const child = spawn('sh', ['-c', line], {
      cwd: folder,
      env: { ...env, ...more },
      // Its own group, so that Ctrl-C reaches what npm started and not this test.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {}).end('yes\n');
    let output = '';
    let isOver = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        isOver = true;
        resolve({ code, output });
      });
    });
    const signal = (name: NodeJS.Signals) => {
      if (child.pid !== undefined && !isOver) process.kill(-child.pid, name);
    };
    return { ended, signal, output: () => output, isOver: () => isOver };
  };

  return {
    folder,
    bucket,
    kubernetes,
    submissions: (): readonly Submission[] => build.submissions(),
    begin,
    /** Types one line and waits for its end. */
    async type(line: string, more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
      const running = begin(line, more);
      const timer = setTimeout(() => running.signal('SIGKILL'), LONGEST_MS);
      return running.ended.finally(() => clearTimeout(timer));
    },
    /** Types a line that runs until Ctrl-C, and presses it once the line shows what there is to see. */
    async typeLive(line: string): Promise<Outcome> {
      const live = begin(withoutNpx(line));
      try {
        await until(() => live.output().includes(LIVE_IS_READY) || live.isOver());
        live.signal('SIGINT');
        return await live.ended;
      } finally {
        live.signal('SIGKILL');
      }
    },
    async close() {
      providers.close();
      for (const { close } of [bucket, kubernetes, build]) await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What takes its time: a system that starts, traces that arrive. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 300_000;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, 'not within 300 s');
    await sleep(500);
  }
}

export type Follower = Awaited<ReturnType<typeof startFollower>>;

const renderKubeconfig = (server: string): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'cluster' },
    clusters: [{ name: 'cluster', cluster: { server } }],
    contexts: [{ name: 'cluster', context: { cluster: 'cluster', user: '' } }],
  });
