import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SERVICES, type ServiceName } from '../../lib/telemetry/names.ts';
import { builtArguments, PROGRAMS } from '../../tools/image/programs.ts';
import { programArguments } from '../../tools/local/platforms/environment.ts';
import { reasonToSkipGcloud } from '../cloudbuild/gcloud.ts';
import { runStep } from '../cloudbuild/run-steps.ts';
import { reasonToSkip as reasonToSkipTerraform } from '../terraform/terraform.ts';
import { type BuiltImages, buildImages } from './built-images.ts';
import { reasonToSkip } from './container-tools.ts';
import { readDockerfileArguments } from './dockerfile.ts';
import { type Figures, renderFigures, renderTimes } from './figures.ts';
import { type ImageConfig, type ImageFile, listFiles, readCacheReport } from './image-contents.ts';
import { runCloudRunShape, runGkeShape } from './run-shapes.ts';
import { LICENCES_FILE, readLicences } from './third-party-licences.ts';

const skip = (await reasonToSkipTerraform()) || reasonToSkip();
const MEGABYTE = 1_000_000;
const BUILT = /\/(start\.cjs|early-signal\.cjs|program\.js|program\.cache)$/;

describe('the images', { skip, timeout: 900_000 }, () => {
  let built: BuiltImages;
  const files: Partial<Record<ServiceName, readonly ImageFile[]>> = {};
  const figures: Partial<Record<ServiceName, Figures>> = {};

  before(async () => {
    built = await buildImages();
    for (const name of SERVICES) files[name] = await listFiles(built.tools, built.images[name]);
  });
  after(async () => {
    if (!built) return;
    await built.close();
    console.log(`\n${renderFigures(figures)}\n\n${renderTimes(built.times)}`);
  });

  const filesOf = (name: ServiceName) => files[name] ?? [];
  const configOf = (name: ServiceName): ImageConfig => {
    const { config } = built.registry.manifest(built.images[name]);
    return JSON.parse(built.registry.blob(config.digest).toString()).config;
  };

  test('are built from what gcloud sent, where there is a gcloud', (t) => {
    const reason = reasonToSkipGcloud();
    if (reason) t.diagnostic(`built from the working copy instead: ${reason}`);
    assert.equal(built.build !== undefined, !reason);
  });

  for (const name of SERVICES) {
    describe(name, () => {
      test('starts as the local run starts it, with the built files', () => {
        const config = configOf(name);
        const settings = {} as Parameters<typeof programArguments>[1];
        const source = programArguments(name, settings);
        // start.cjs loads these itself, in this order.
        const loaded = [
          ...['--require', './lib/telemetry/early-signal.cjs'],
          ...['--import', './lib/telemetry/preload.ts', `./${PROGRAMS[name]}`],
        ];
        assert.deepEqual(source.slice(-loaded.length), loaded);
        // An image starts with all of the space for young objects, a laptop with a quarter.
        const options = source
          .slice(0, -loaded.length)
          .filter((one) => !one.includes('min-semi-space'));
        const built = builtArguments(name);
        assert.deepEqual(built.slice(0, options.length), options);
        assert.equal(built.at(-1), `./${name}/start.cjs`);
        assert.deepEqual(config.Entrypoint, ['node', ...built]);
        assert.equal(config.Cmd, undefined);
        assert.equal(config.WorkingDir, '/app');
      });

      test('listens on every address, at the port that terraform plans', () => {
        const { Env } = configOf(name);
        assert.ok(Env.includes('HOST=0.0.0.0'));
        assert.ok(Env.includes(`PORT=${built.planned.cloud_run.programs[name].port}`));
      });

      test('runs as a user without rights, the one in the pods on GKE', () => {
        const [user] = (configOf(name).User ?? '').split(':');
        assert.equal(user, String(built.planned.gke.programs[name].userId));
        assert.notEqual(user, '0');
        const writable = filesOf(name).filter((file) => file.writable);
        // Of the base image, for whoever wants to write without a read-only file system.
        const allowed = ['/tmp/', '/var/tmp/', '/var/lock/', '/home/nonroot/'];
        assert.deepEqual(
          writable.map(({ path }) => path).filter((path) => !allowed.includes(path)),
          [],
        );
      });

      test('holds its own program and what that needs, and nothing else', () => {
        const ours = filesOf(name)
          .map(({ path }) => path)
          .filter((path) => path.startsWith('/app/'));
        const top = new Set(ours.map((path) => path.slice('/app/'.length).split('/')[0]));
        assert.deepEqual(
          [...top].sort(),
          ['LICENSE', LICENCES_FILE, name, 'node_modules', 'package.json'].sort(),
        );
        const texts = new Set(readLicences().flatMap((licence) => licence.texts));
        assert.deepEqual(
          ours
            .filter((path) => path.startsWith('/app/node_modules/'))
            .map((path) => path.slice('/app/'.length))
            .filter((path) => !texts.has(path)),
          [
            'node_modules/@grpc/grpc-js/build/src/index.js',
            'node_modules/@grpc/grpc-js/package.json',
          ],
        );
        assert.deepEqual(
          ours.filter((path) => path.startsWith(`/app/${name}/`) && !BUILT.test(path)),
          [],
        );
      });

      test('starts with its code cache', async () => {
        const taken = await readCacheReport(built.tools, built.images[name], builtArguments(name));
        assert.deepEqual(taken, [{ filename: `/app/${name}/program.js`, rejected: false }]);
      });

      test('holds our files with fixed modes, whatever the checkout has', () => {
        const ours = filesOf(name).filter(({ path }) => path.startsWith('/app/'));
        assert.deepEqual(
          ours.filter(({ mode }) => mode !== 0o644).map(({ path, mode }) => ({ path, mode })),
          [],
        );
      });

      test('holds no shell, no package manager, no compiler', () => {
        const found = filesOf(name).filter(({ path }) =>
          /\/(sh|bash|dash|busybox|npm|npx|yarn|corepack|apt|apt-get|dpkg|gcc|cc|make|python3?)$/.test(
            path,
          ),
        );
        assert.deepEqual(found, []);
      });

      test('holds the licence text of every package that ships', () => {
        const paths = new Set(filesOf(name).map(({ path }) => path));
        const texts = readLicences().flatMap((licence) => licence.texts);
        assert.ok(texts.length > 50);
        assert.deepEqual(
          texts.filter((text) => !paths.has(`/app/${text}`)),
          [],
        );
      });

      test('says what it is and what it was built on', async () => {
        const labels = configOf(name).Labels;
        const prefix = 'org.opencontainers.image';
        assert.equal(labels[`${prefix}.title`], name);
        assert.equal(labels[`${prefix}.version`], 'v1');
        assert.equal(labels[`${prefix}.licenses`], 'Apache-2.0');
        if (!built.build) return;
        const { BASE_IMAGE } = await readDockerfileArguments();
        assert.equal(labels[`${prefix}.base.name`], BASE_IMAGE);
        assert.match(BASE_IMAGE, /:[\w-]+$/, 'a tag');
        assert.match(labels[`${prefix}.base.digest`] ?? '', /^sha256:[0-9a-f]{64}$/);
        assert.match(labels['dev.shakesapp.image.node'] ?? '', /node@sha256:[0-9a-f]{64}$/);
      });

      test('is small', () => {
        const { layers } = built.registry.manifest(built.images[name]);
        const all = filesOf(name);
        const bytesOf = (list: readonly ImageFile[]) =>
          list.reduce((sum, { bytes }) => sum + bytes, 0);
        const app = all.filter(({ path }) => path.startsWith('/app/'));
        const cache = app.filter(({ path }) => path.endsWith('/program.cache'));
        const measured: Figures = {
          compressed: layers.reduce((sum, { size }) => sum + size, 0),
          uncompressed: bytesOf(all),
          node: bytesOf(all.filter(({ path }) => path === '/usr/local/bin/node')),
          app: bytesOf(app),
          cache: bytesOf(cache),
          readyMs: {},
        };
        figures[name] = measured;
        assert.ok(measured.compressed < 75 * MEGABYTE, `${measured.compressed} bytes compressed`);
        assert.ok(measured.uncompressed < 200 * MEGABYTE, `${measured.uncompressed} bytes`);
        assert.ok(measured.app < 8 * MEGABYTE, `${measured.app} bytes over Node and its base`);
      });
    });
  }

  test('that do not start end the build before they are pushed', async (t) => {
    const step = built.build?.steps.find(({ id }) => id === 'start');
    if (!step) return t.diagnostic('not submitted: no step to run');
    const folder = await mkdtemp(join(tmpdir(), 'shakesapp-start-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const script = join(folder, 'step');
    await writeFile(script, step.script ?? '', { mode: 0o755 });
    const repository = 'localhost/broken';
    for (const name of SERVICES) {
      const lost = name === 'client' ? '\nENTRYPOINT ["node", "./lost.ts"]' : '';
      await writeFile(join(folder, 'Dockerfile'), `FROM ${built.images[name]}${lost}`);
      await built.tools.podman([
        'build',
        '--pull-never',
        '--tag',
        `${repository}/${name}:v1`,
        folder,
      ]);
    }
    const env = [`IMAGES=${repository}`, 'TAG=v1'];
    await assert.rejects(
      runStep({ ...step, env }, { script, workspace: folder, tools: built.tools }),
      /client does not start: exit code 1/,
    );
  });

  test('share Node and its base, so that a node pulls them once', () => {
    const layersOf = (name: ServiceName) => built.registry.manifest(built.images[name]).layers;
    for (const one of SERVICES) {
      const own = layersOf(one).filter(({ digest }) =>
        SERVICES.some((other) => layersOf(other).every((layer) => layer.digest !== digest)),
      );
      assert.equal(own.length, 1, one);
      assert.ok(
        own.every(({ size }) => size < 2.5 * MEGABYTE),
        `${one}: ${own[0]?.size} bytes`,
      );
    }
  });

  test('make complete traces on Cloud Run as planned, and end with exit code 0', async () => {
    const { readyMs } = await runCloudRunShape(built);
    for (const name of SERVICES) if (figures[name]) figures[name].readyMs.cloud_run = readyMs[name];
  });

  test('make complete traces on GKE as planned, and end with exit code 0', async () => {
    const { readyMs } = await runGkeShape(built);
    for (const name of SERVICES) if (figures[name]) figures[name].readyMs.gke = readyMs[name];
  });
});
