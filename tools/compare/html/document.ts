import { readFileSync } from 'node:fs';
import { sha256 } from '../../traces/sha256.ts';
import { html, type Markup, trusted } from './markup.ts';
import { STYLE } from './style.ts';

const SCRIPT = readFileSync(new URL('page.js', import.meta.url), 'utf8').trim();

export type DocumentOptions = Readonly<{
  title: string;
  body: Markup;
  /** More scripts of the page's own, run after the common one. */
  scripts?: readonly string[];
  /** More style, after that of every page. */
  style?: string;
  /** Whether the page may ask its own origin for news: the live page, never the file. */
  live?: boolean;
}>;

/** The policy allows the page's own style and scripts by their hashes, and nothing else at all. */
export function contentSecurityPolicy({
  scripts = [],
  style = '',
  live = false,
}: Omit<DocumentOptions, 'title' | 'body'>) {
  return [
    "default-src 'none'",
    'img-src data:',
    `style-src ${hash(STYLE + style)}`,
    `script-src ${[SCRIPT, ...scripts].map(hash).join(' ')}`,
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** One HTML file that asks for nothing, not even a favicon. */
export function renderDocument(options: DocumentOptions): string {
  const { title, body, scripts = [], style = '' } = options;
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(options)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE + style)}</style>
</head>
<body>
${body}
${[SCRIPT, ...scripts].map((script) => html`<script>${trusted(script)}</script>\n`)}</body>
</html>
`}`;
}

const hash = (text: string) => `'sha256-${sha256(text, 'base64')}'`;
