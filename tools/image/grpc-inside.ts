import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from './programs.ts';

const GRPC = join(ROOT, 'node_modules/@grpc/grpc-js');
const KEY = `Symbol.for('shakesapp.grpc')`;

/** The entry of the package that is left in node_modules: it returns what the program holds. */
export const GRPC_STUB = `module.exports = globalThis[${KEY}]();\n`;

/**
 * Instrumentation finds @grpc/grpc-js by its name and version as it is required. So a package of that
 * name stays in node_modules, but its code is in the program, where the code cache covers it.
 */
export const grpcInside: Plugin = {
  name: 'grpc-inside',
  setup(build) {
    build.onResolve({ filter: /^grpc-inside$/ }, ({ path }) => ({
      path,
      namespace: 'grpc-inside',
    }));
    build.onLoad({ filter: /.*/, namespace: 'grpc-inside' }, () => ({
      contents: `globalThis[${KEY}] = () => require(${JSON.stringify(`${GRPC}/build/src/index.js`)});`,
      resolveDir: ROOT,
    }));
    // Its own use of proto-loader, for channelz and for load reports, is not in the image.
    build.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path, importer }) =>
      importer.startsWith(GRPC) ? { path, external: true } : undefined,
    );
  },
};
