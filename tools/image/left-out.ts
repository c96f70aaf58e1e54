import type { Plugin } from 'esbuild';

/** What no program ever runs, by the end of its path, and what stands for it. */
const LEFT_OUT = [
  // zod's messages in 50 languages, which are half of its bytes: it uses these by default.
  { path: /zod\/v4\/locales\/index\.js$/, contents: `export { default as en } from './en.js';` },
  // What fastify takes requests of tests with.
  { path: /light-my-request\/index\.js$/, contents: '' },
  // Node has streams of the web.
  { path: /web-streams-polyfill\/dist\/ponyfill\.es2018\.js$/, contents: '' },
];

export const leftOut: Plugin = {
  name: 'left-out',
  setup(build) {
    for (const { path, contents } of LEFT_OUT) build.onLoad({ filter: path }, () => ({ contents }));
  },
};
