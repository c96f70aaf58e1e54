import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isLive } from '../../../docs/codelab/blocks.ts';
import { SIGN_IN } from '../../../tools/cli/google-refusals.ts';
import { reasonToSkipGcloud } from '../../cloudbuild/gcloud.ts';
import { isOnPath } from '../../images/container-tools.ts';
import { reasonToSkip as reasonToSkipTerraform } from '../../terraform/terraform.ts';
import { readDocument, readLines } from '../documents.ts';
import { lintGcloud } from '../gcloud-lint.ts';
import { type Command, classify, type Kind } from './classify.ts';
import { type Follower, startFollower, until } from './follower.ts';
import { writeOtherTraces } from './other-traces.ts';

/** In this order: docs/deploy.md has every line of the deployment. A line is typed once. */
const PATHS = ['docs/deploy.md', 'README.md', 'docs/compare.md', 'docs/local.md'];
PATHS.push('docs/configuration.md');
const LINES = PATHS.flatMap((path) => readLines(readDocument(path).text));
const COMMANDS = [...new Set(LINES)].map(classify);
const terraform = await reasonToSkipTerraform();
const SKIP: Readonly<Record<Kind, string | false>> = {
  npm: false,
  // Its lines write into the folders of terraform, and are read by it.
  shell: false,
  terraform,
  build: reasonToSkipGcloud(),
  gcloud: reasonToSkipGcloud(),
  kubectl: isOnPath('kubectl') ? false : 'kubectl is not installed',
};
const isLocal = ({ kind, text }: Command) => kind === 'npm' && / --local\b/.test(text);
describe('the commands of the documents, followed', () => {
  let follower: Follower;
  let system: ReturnType<Follower['begin']>;

  before(async () => {
    follower = await startFollower();
    await mkdir(join(follower.folder, 'texts'));
    await writeFile(join(follower.folder, 'texts/whale.txt'), 'Call me Ishmael.\n');
    await writeOtherTraces(follower.folder);
    // What the lines with --local need, and itself one of the lines. A shell in between would die
    // of Ctrl-C by itself.
    system = follower.begin('exec npm start');
  });
  after(async () => {
    system?.signal('SIGKILL');
    await system?.ended;
    await follower?.close();
  });

  const hold: Readonly<Record<Kind, (text: string) => Promise<void>>> = {
    async npm(text) {
      if (text === 'npm test') return;
      if (text === 'npm start') return until(() => /^Traces and .*: http/m.test(system.output()));
      const { code, output } = await follower.type(text, NAMED);
      if (/ --project /.test(text)) {
        assert.equal(code, 1, output);
        assert.ok(output.includes(SIGN_IN), `gets as far as Google's credentials: ${output}`);
      } else assert.equal(code, 0, output);
    },
    async terraform(text) {
      const { code, output } = await follower.type(text, { GOOGLE_OAUTH_ACCESS_TOKEN: 'a-token' });
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /Value for undeclared variable/);
      // What the first apply prints is what the documents say next.
      if (/ apply -var project_id=\S+$/.test(text)) {
        const builds = COMMANDS.filter(({ kind }) => kind === 'build');
        for (const build of builds) assert.ok(output.includes(`${build.text}\n`), output);
      }
    },
    async build(text) {
      const before = follower.submissions().length;
      const { code, output } = await follower.type(text);
      assert.equal(code, 0, output);
      assert.equal(follower.submissions().length, before + 1);
    },
    async gcloud(text) {
      assert.deepEqual(await lintGcloud([text]), []);
    },
    async kubectl(text) {
      const before = follower.kubernetes.patches().length;
      const { code, output } = await follower.type(text);
      assert.equal(code, 0, output);
      assert.ok(follower.kubernetes.patches().length > before, output);
    },
    async shell(text) {
      const { code, output } = await follower.type(text);
      assert.deepEqual({ code, output }, { code: 0, output: '' });
      const [, file = ''] = /> (\S+)$/.exec(text) ?? [];
      if (file) assert.ok(existsSync(join(follower.folder, file)), file);
    },
  };

  for (const command of COMMANDS.filter((one) => !isLocal(one) && !isLive(one.text))) {
    it(command.text, { skip: SKIP[command.kind] }, () => hold[command.kind](command.text));
  }

  it('leave nothing behind after the teardown but the states', { skip: terraform }, () => {
    const states = ['serverless', 'gke-cluster', 'gke-workloads'];
    const names = states.map((name) => `shakesapp/${name}/default.tfstate`);
    assert.deepEqual(follower.bucket.names().sort(), names.sort());
  });

  for (const { text } of COMMANDS.filter(isLocal)) {
    it(`${text}, once the first traces are there`, async () => {
      await until(async () => (await follower.type(text)).code === 0);
    });
  }

  for (const verb of ['status', 'pause', 'resume']) {
    it(`npx shakesapp load ${verb}, on the local job`, async () => {
      const { code, output } = await follower.type(`npx shakesapp load ${verb} --local`);
      assert.equal(code, 0, output);
      assert.match(output, /jobs\/\S+/);
    });
  }

  it('npm start ends by Ctrl-C with exit code 0', async () => {
    system.signal('SIGINT');
    const { code, output } = await system.ended;
    assert.equal(code, 0, output);
  });

  // After the system of `npm start`, whose addresses the lines with --local read.
  for (const { text } of COMMANDS.filter((one) => isLive(one.text))) {
    it(`${text}, until Ctrl-C`, async () => {
      const { code, output } = await follower.typeLive(text);
      assert.equal(code, 0, output);
      assert.match(output, /^Traces and .*: http/m);
    });
  }
});

describe('a command of the documents', () => {
  it('that nothing holds fails the test', () => {
    assert.throws(() => classify('curl https://example.com'), /no test holds this command/);
  });

  it('is found in every sh block, without its comment', () => {
    const markdown = '```sh\n# all of it\nnpm start   # twice\n\nnpm test\n```\n```json\n{}\n```\n';
    assert.deepEqual(readLines(`text\n${markdown}`), ['npm start', 'npm test']);
    assert.ok(COMMANDS.length >= 40, `${COMMANDS.length} commands`);
  });
});

/** What the load tool reads from terraform's state otherwise, which is gone after the teardown. */
const NAMED = {
  GOOGLE_CLOUD_PROJECT: 'my-project',
  GOOGLE_CLOUD_REGION: 'us-central1',
  SCHEDULER_JOB: 'shakesapp-load',
};
