import { foreign, html, type Markup } from './markup.ts';

/**
 * A span's name for a narrow place. What is cut when it does not fit is what precedes the last
 * slash: `grpc.shakesapp.Shak…/GetMatchCount` tells more than `grpc.shakesapp.ShakespeareSe…`.
 */
export function renderName(name: string): Markup {
  const slash = name.lastIndexOf('/');
  if (slash <= 0 || slash === name.length - 1)
    return html`<span class="name">${foreign(name)}</span>`;
  return html`<span class="name"><span class="head">${foreign(name.slice(0, slash))}</span><span class="tail">${foreign(name.slice(slash))}</span></span>`;
}
