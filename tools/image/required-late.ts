import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

const NAMES = ['node:.*', '@grpc/grpc-js', ...builtinModules];
const FILTER = new RegExp(`^(${NAMES.join('|')})$`);

/**
 * Node's own modules and @grpc/grpc-js are required where the module that imports them begins to run.
 *
 * As an ES import, @grpc/grpc-js would be loaded before the preload has patched it. And an ES import of
 * node:http reads all that it exports, which loads node's WebSocket with all of undici: a sixth of the
 * time that a start takes.
 */
export const requiredLate: Plugin = {
  name: 'required-late',
  setup(build) {
    build.onResolve({ filter: FILTER }, ({ path, namespace }) =>
      namespace === 'required-late'
        ? { path, external: true }
        : { path, namespace: 'required-late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'required-late' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
