import type { Plugin } from 'esbuild';
import { ROOT } from './programs.ts';

const NAME = 'light-headers';

/**
 * Google's libraries build the headers of each request with the global Headers, and compare what they
 * send with the global FormData. The first use of either makes node load undici, at a twentieth of the
 * CPU time to the first answer. They send with node-fetch, so they get the Headers of node-fetch; and no
 * program sends a form.
 */
export const lightHeaders: Plugin = {
  name: NAME,
  setup(build) {
    const { define, inject = [] } = build.initialOptions;
    build.initialOptions.inject = [...inject, NAME];
    build.initialOptions.define = { ...define, 'globalThis.Headers': 'Headers' };
    build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, namespace: NAME }));
    build.onLoad({ filter: /.*/, namespace: NAME }, () => ({
      contents: `
export { default as Headers } from './node_modules/node-fetch/src/headers.js';
export class FormData {}`,
      resolveDir: ROOT,
    }));
  },
};
