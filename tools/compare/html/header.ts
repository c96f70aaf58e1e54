import type { Side } from '../cohorts/cohort.ts';
import { foreign, html, type Markup } from './markup.ts';
import type { Labels } from './words.ts';

/**
 * `about`: what a page that is kept says of itself; the live page is of now. `only`: the side that there
 * is, where there is no other.
 */
export function renderHeader(
  labels: Labels,
  { about = null, only }: Readonly<{ about?: Markup | null; only?: Side | undefined }> = {},
): Markup {
  const both = html`<span class="key a"></span>A: ${foreign(labels.a)} <span class="versus">and</span> <span class="key b"></span>B: ${foreign(labels.b)}`;
  return html`<header>
<h1>${only === undefined ? both : foreign(labels[only])}</h1>
${
  labels.local &&
  html`<p class="local"><strong>Local run.</strong> These are figures of stand-ins on this machine. They say nothing about the real platforms.</p>`
}
${about}</header>`;
}
