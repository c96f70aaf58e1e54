import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readImports, readSources } from './sources.ts';

/** What the files below a folder may import from, besides packages. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  lib: /^lib\//,
  // Others copy this folder, so it needs nothing beside it.
  'lib/telemetry': /^lib\/telemetry\//,
  functions: /^(functions|lib)\//,
  'services/client': /^(services\/client|lib)\//,
  'services/server': /^(services\/server|lib)\//,
  // Besides lib, tools may know the body that they send to loadgen. bench measures pure modules of
  // the programs; no other tool may reach into them.
  tools: /^(tools\/|lib\/|functions\/loadgen\/contract\.ts$)/,
};

describe('imports go one way: functions, services, tools to lib', () => {
  for (const [folder, allowed] of Object.entries(ALLOWED)) {
    const sources = readSources(folder).filter(({ path }) => !path.startsWith('tools/bench/'));

    it(`${folder}/ imports only from ${allowed.source}`, () => {
      assert.ok(sources.length > 0, `${folder}/ holds no source: the rule would prove nothing`);
      const wrong = sources.flatMap((source) =>
        readImports(source)
          .filter((imported) => !allowed.test(imported))
          .map((imported) => `${source.path} imports ${imported}`),
      );
      assert.deepEqual(wrong, []);
    });
  }
});

describe('the programs know nothing of the local cloud', () => {
  const words = /emulator|localhost|loopback|127\.0\.0|\[::1\]|\blocal[- ]?cloud\b|tools\//i;

  it('no file under functions/, services/ or lib/ has a word of it', () => {
    const wrong = readSources('functions', 'services', 'lib').flatMap(({ path, content }) =>
      content
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(({ line }) => words.test(line))
        .map(({ line, place }) => `${place}: ${line.trim()}`),
    );
    assert.deepEqual(wrong, []);
  });
});

describe('the environment is read in one place', () => {
  it('process.env stands only in lib/telemetry/environment.ts and in entry files', () => {
    const entries = /^(lib\/telemetry\/(environment|preload)\.ts|.*\/main\.ts)$/;
    const wrong = readSources('functions', 'services', 'lib')
      .filter(({ path, content }) => !entries.test(path) && /process\.env/.test(content))
      .map(({ path }) => path);
    assert.deepEqual(wrong, []);
  });
});
