import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { builtArguments, type ProgramName } from '../../../tools/image/programs.ts';

/** At its end the program writes what it had run when it listened. */
const REPORT = `
  const { Session } = require('node:inspector');
  const net = require('node:net');
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const loaded = { modules: [], builtins: [] };
  const builtins = () => process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (...args) {
    net.Server.prototype.listen = listen;
    loaded.builtins = builtins();
    session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      const program = result.find(({ url }) => url.endsWith('/program.js'));
      // esbuild names the function of a module by its path.
      loaded.modules = program.functions
        .filter(({ functionName, ranges }) => functionName.includes('/') && ranges[0].count > 0)
        .map(({ functionName }) => functionName);
    });
    session.disconnect();
    return listen.apply(this, args);
  };
  process.on('exit', () =>
    console.error('LOADED ' + JSON.stringify({ ...loaded, builtinsAtEnd: builtins() })),
  );
`;

export type Loaded = Readonly<{
  /** Paths of the modules that had run when it began to listen. */
  modules: readonly string[];
  /** Node's own modules at that time, such as 'NativeModule internal/deps/undici/undici'. */
  builtins: readonly string[];
  builtinsAtEnd: readonly string[];
}>;

export type LogLine = Readonly<Record<string, unknown>>;

/** A program of `folder`, started as an image starts it; resolves when it listens. */
export async function startBuilt(
  t: TestContext,
  options: { folder: string; name: ProgramName; env: Readonly<Record<string, string>> },
) {
  const { folder, name, env } = options;
  const report = `data:text/javascript,${encodeURIComponent(
    `import { createRequire } from 'node:module'; const require = createRequire('${import.meta.url}');${REPORT}`,
  )}`;
  const child = spawn(process.execPath, ['--import', report, ...builtArguments(name)], {
    cwd: folder,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
      OTEL_SERVICE_NAME: name,
      METADATA_SERVER_DETECTION: 'none',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  const closed = once(child, 'close');
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines = () =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const line = lines().find(({ message }) => message === 'listening');
      if (line) resolve(Number(line.port));
    });
    closed.then(() => reject(new Error(`${name} did not listen:\n${stdout}${stderr}`)), reject);
  });
  return {
    port,
    lines,
    /** By SIGTERM. */
    async stop(): Promise<{ code: number | null; loaded: Loaded }> {
      child.kill('SIGTERM');
      const [code] = await closed;
      const loaded = /^LOADED (.*)$/m.exec(stderr)?.[1];
      if (loaded === undefined) throw new Error(`${name} wrote no report:\n${stderr}`);
      return { code, loaded: JSON.parse(loaded) };
    },
  };
}
