import type { Plugin } from 'esbuild';

/** What no start runs, by the end of its path, and what stands for it. */
const LEFT_OUT = [
  // zod's messages in 50 languages, which are half of its bytes: it uses these by default.
  { path: /zod\/v4\/locales\/index\.js$/, contents: `export { default as en } from './en.js';` },
  // What fastify takes requests of tests with.
  { path: /light-my-request\/index\.js$/, contents: '' },
  // For errors of Cloud Storage; its table of names takes a fiftieth of a start.
  {
    path: /html-entities\/dist\/esm\/index\.js$/,
    contents: `export const decode = (text) => require('html-entities').decode(text);`,
  },
  // Node has streams of the web.
  { path: /web-streams-polyfill\/dist\/ponyfill\.es2018\.js$/, contents: '' },
];

export const leftOut: Plugin = {
  name: 'left-out',
  setup(build) {
    for (const { path, contents } of LEFT_OUT) build.onLoad({ filter: path }, () => ({ contents }));
  },
};
