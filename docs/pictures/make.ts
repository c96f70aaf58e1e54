/**
 * Makes the pictures of the README: the report of a real run and the diagram of the request path,
 * each in light and dark.
 *
 *     node docs/pictures/make.ts
 *
 * Needs Chromium or Chrome. Set CHROMIUM to its path if it is not /usr/bin/chromium.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { renderRequestPath } from './request-path.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
const THEMES = ['light', 'dark'] as const;
/** GitHub shows a README about this wide; the text of the report stays readable at that width. */
const REPORT = { width: 1000, height: 912 };
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
  runSystem(report);
  for (const theme of THEMES) {
    const picture = join(FOLDER, `report-${theme}.png`);
    await shoot(browser, { report, picture, theme });
    const { size } = statSync(picture);
    process.stdout.write(`${picture}: ${Math.round(size / 1000)} kB\n`);
    if (size > MAX_BYTES) throw new Error(`${picture} is larger than ${MAX_BYTES} bytes`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

function runSystem(report: string): void {
  const { status } = spawnSync(
    'npm',
    ['start', '--silent', '--', '--once', '--requests', '160', '--delay', DELAY, '--html', report],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error(`npm start ended with exit code ${status}`);
}

type Shot = Readonly<{ report: string; picture: string; theme: 'light' | 'dark' }>;

async function shoot(from: Browser, { report, picture, theme }: Shot): Promise<void> {
  const context = await from.newContext({ viewport: REPORT, colorScheme: theme });
  const page = await context.newPage();
  await page.goto(pathToFileURL(report).href);
  await page.screenshot({ path: picture });
  await context.close();
}
