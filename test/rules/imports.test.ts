import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCycles } from './cycles.ts';
import { readImports, readSources } from './sources.ts';

const CONTRACT = 'functions/loadgen/contract.ts';

/** What the files of a room may import besides packages and each other; no two rooms know each other. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  functions: ['lib/'],
  'services/client': ['lib/'],
  'services/server': ['lib/'],
  'tools/cli': ['lib/'],
  'tools/traces': ['lib/', 'tools/cli/'],
  // what several tools ask of Google's APIs, and what several ask of the works
  'tools/google': ['lib/', 'tools/cli/', 'tools/traces/', CONTRACT],
  'tools/works': ['lib/', 'tools/cli/'],
  'tools/compare': ['lib/', 'tools/cli/', 'tools/traces/'],
  // the version of a report
  'tools/doctor': [
    ...['lib/', 'tools/cli/', 'tools/traces/', 'tools/google/', 'tools/works/', 'package.json'],
  ],
  'tools/load': ['lib/', 'tools/cli/', 'tools/traces/', 'tools/google/', CONTRACT],
  // a certificate for its stand-in of Cloud Trace
  'tools/image': ['tools/local/cloud/identity/'],
  // the local cloud and its environment, and the texts' own count
  'tools/conformance': ['lib/', 'tools/cli/', 'tools/traces/', 'tools/works/', 'tools/local/'],
  'tools/queries': ['lib/', 'tools/cli/', 'tools/works/'],
  // The run ends with a comparison, and its page shows one.
  'tools/local': [
    'lib/',
    'tools/cli/',
    'tools/traces/',
    'tools/works/',
    'tools/compare/',
    CONTRACT,
  ],
  // the modules that it measures, and the local cloud that they are measured against
  'tools/bench': [
    ...['lib/', 'tools/cli/', 'tools/traces/', 'tools/local/', 'tools/image/'],
    ...['tools/compare/cohorts/', 'tools/compare/statistics/'],
    ...['services/server/match.ts', 'services/server/text.ts', 'functions/loadgen/schedule.ts'],
  ],
};

/** Loads each tool, and is loaded by none. */
const ENTRY = 'tools/cli/main.ts';

const PROJECT = readSources('functions', 'services', 'lib', 'tools');

const roomOf = (path: string): string =>
  path
    .split('/')
    .slice(0, /^(services|tools)\//.test(path) ? 2 : 1)
    .join('/');

describe('imports go one way', () => {
  it('knows every room', () => {
    const rooms = new Set(PROJECT.map(({ path }) => roomOf(path)));
    assert.deepEqual([...rooms].toSorted(), Object.keys(ALLOWED).toSorted());
  });

  for (const [room, others] of Object.entries(ALLOWED)) {
    it(`${room} imports only from ${[...others, 'itself'].join(', ')}`, () => {
      const wrong = PROJECT.filter(({ path }) => roomOf(path) === room && path !== ENTRY).flatMap(
        (source) =>
          readImports(source)
            .filter((imported) => ![`${room}/`, ...others].some((at) => imported.startsWith(at)))
            .map((imported) => `${source.path} imports ${imported}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it('no module imports the entry of the command line', () => {
    const importing = PROJECT.filter((source) => readImports(source).includes(ENTRY));
    assert.deepEqual(
      importing.map(({ path }) => path),
      [],
    );
  });

  it('no module imports itself by way of others', () => {
    const graph = new Map(PROJECT.map((source) => [source.path, readImports(source)]));
    assert.deepEqual(findCycles(graph), []);
  });
});

describe('the programs know nothing of the local cloud', () => {
  const words = /emulator|\blocal[- ]?cloud\b|tools\//i;
  const addresses = /localhost|loopback|127\.0\.0|\[::1\]/i;

  /**
   * Names the addresses, and nothing else: plain text with a credential, and any on Cloud Run, is
   * refused unless it stays on the machine, such as that to a sidecar.
   */
  const LEAVES_THE_MACHINE = 'lib/telemetry/plain-text.ts';

  it('no file under functions/, services/ or lib/ has a word of it', () => {
    const wrong = readSources('functions', 'services', 'lib').flatMap(({ path, content }) =>
      content
        .split('\n')
        .map((line, index) => ({ line, place: `${path}:${index + 1}` }))
        .filter(
          ({ line }) => words.test(line) || (path !== LEAVES_THE_MACHINE && addresses.test(line)),
        )
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
