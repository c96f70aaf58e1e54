import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { isOnPath } from '../../images/container-tools.ts';
import { runCommand } from '../../images/run-command.ts';
import { ROOT } from '../../rules/sources.ts';
import { readBlocks, readDocument } from '../documents.ts';

const BLOCKS = readBlocks(readDocument('docs/telemetry.md').text);
const skip = isOnPath('curl') ? false : 'curl is not installed';

test('the example of docs/telemetry.md works in an empty folder', { skip }, async (t) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'shakesapp-example-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const [setUp = '', start = '', olderNode = ''] = BLOCKS.filter(
    ({ language }) => language === 'sh',
  ).map(({ code }) => code);
  const env = {
    PATH: machinePath,
    HOME: folder,
    PORT: String(port),
    METADATA_SERVER_DETECTION: 'none',
  };
  const type = (lines: string) => runCommand('sh', ['-e', '-c', lines], { cwd: folder, env });

  // The packages are those of this repository: their versions are compared elsewhere.
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await type(
    setUp.replace(/^SHAKESAPP=.*$/m, `SHAKESAPP=${ROOT}`).replace(/^npm install.*$/gm, ''),
  );
  for (const { name, code } of BLOCKS) if (name) await writeFile(join(folder, name), code);
  // The machine's own Node may be too old: then the document puts another one first.
  const path = olderNode.replace(/^npm install.*$/m, '');
  const { stdout } = await type(`${path}\n${start.replaceAll(':8080', `:${port}`)}\n`);

  assert.equal(stdout, BLOCKS.find(({ language }) => language === 'text')?.code);
  const used = await type(`${path}\ncommand -v node`);
  assert.equal(used.stdout.trim(), join(folder, 'node_modules/node/bin/node'));
  await assert.rejects(fetch(`http://127.0.0.1:${port}/hello/Ada`), 'the service was stopped');
});

/** Without the project's own Node, which npm puts first. */
const machinePath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
