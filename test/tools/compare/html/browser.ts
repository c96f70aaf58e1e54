import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where distributions put it. */
const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const FOUND = USUAL_PATHS.find((path) => existsSync(path));

/**
 * Option of a test that needs a browser. Without one it is left out, saying why; not in CI, where
 * a browser is installed and a test left out would pass for a test that passed.
 */
export const NEEDS_BROWSER = {
  skip:
    FOUND === undefined && process.env.CI !== 'true'
      ? `no Chromium or Chrome at ${USUAL_PATHS.join(', ')}`
      : false,
  timeout: 60_000,
} as const;

/** What the page did that it should not have. */
export type Watched = Readonly<{ page: Page; complaints: string[]; requests: string[] }>;

export async function openBrowser(t: TestContext): Promise<Browser> {
  if (FOUND === undefined) throw new Error(`no browser at any of ${USUAL_PATHS.join(', ')}`);
  const browser = await chromium.launch({
    executablePath: FOUND,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.after(() => browser.close());
  return browser;
}

/** A page with its own profile that notes every complaint on the console and every request. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  return { page, complaints, requests };
}
