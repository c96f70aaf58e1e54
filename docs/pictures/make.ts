/**
 * Makes the pictures of the README: the report of a real run and the diagram of the request path; and
 * that of the codelab: the traces of two sections side by side. Each in light and dark.
 *
 *     node docs/pictures/make.ts
 *
 * Needs Chromium or Chrome. Set CHROMIUM to its path if it is not /usr/bin/chromium.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { renderRequestPath } from './request-path.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
const THEMES = ['light', 'dark'] as const;
/** GitHub shows a README about this wide; text stays readable at that width. */
const VIEWPORT = { width: 1000, height: 1088 };
const MAX_BYTES = 300_000;
/** The README says so: a report that has something to find shows more. */
const DELAY = 'gke/server=20';

for (const theme of THEMES) {
  writeFileSync(join(FOLDER, `request-path-${theme}.svg`), renderRequestPath(theme));
}

const folder = mkdtempSync(join(tmpdir(), 'shakesapp-pictures-'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
try {
  const report = join(folder, 'report.html');
  runSystem('--requests', '160', '--delay', DELAY, '--html', report);
  for (const theme of THEMES) {
    await shoot(browser, { name: 'report', url: pathToFileURL(report).href, theme });
  }
  const files = ['http', 'grpc'].map((level) => ({ level, file: join(folder, `${level}.ndjson`) }));
  for (const { level, file } of files) {
    const run = ['--requests', '5', '--interval', '400', '--platforms', 'gke'];
    runSystem(...run, '--instrument', level, '--save', file);
  }
  await withLivePage(
    files.map(({ file }) => file),
    async (url) => {
      for (const theme of THEMES) {
        await shoot(browser, { name: 'side-by-side', url, theme, part: '#chosen:has(.beside)' });
      }
    },
  );
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

function runSystem(...flags: readonly string[]): void {
  const { status } = spawnSync('npm', ['start', '--silent', '--', '--once', ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm start ended with exit code ${status}`);
}

/** Calls `use` with the address that shows a trace of each file. */
async function withLivePage(
  files: readonly string[],
  use: (url: string) => Promise<void>,
): Promise<void> {
  const beside = files.flatMap((file) => ['--beside', file]);
  const flags = ['tools/cli/bin.mjs', 'up', '--platforms', 'gke', ...beside];
  const live = spawn(process.execPath, flags, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(live, 'close');
  try {
    await use(await addressIn(live.stdout));
  } finally {
    live.kill('SIGINT');
    await ended;
  }
}

/** Reads on after it is found: the system ends where it cannot write. */
function addressIn(output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const [, url] = /^Side by side .*: (http\S+)$/m.exec(text) ?? [];
      if (url !== undefined) resolve(url);
    });
    output.once('end', () => reject(new Error(`no address of two traces:\n${text}`)));
  });
}

type Shot = Readonly<{
  name: string;
  url: string;
  theme: 'light' | 'dark';
  /** Instead of the top of the page. */
  part?: string;
}>;

async function shoot(from: Browser, { name, url, theme, part }: Shot): Promise<void> {
  const context = await from.newContext({ viewport: VIEWPORT, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(url);
  const path = join(FOLDER, `${name}-${theme}.png`);
  await (part === undefined ? page : page.locator(part)).screenshot({ path });
  await context.close();
  const { size } = statSync(path);
  process.stdout.write(`${path}: ${Math.round(size / 1000)} kB\n`);
  if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
}
