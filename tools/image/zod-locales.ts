import type { Plugin } from 'esbuild';

/** Of zod's messages in 50 languages, which are half of its bytes, the ones that it uses by default. */
export const onlyEnglish: Plugin = {
  name: 'only-english',
  setup(build) {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: `export { default as en } from './en.js';`,
    }));
  },
};
