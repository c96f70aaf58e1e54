import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from './programs.ts';

const PACKAGE = '@opentelemetry/semantic-conventions';
const NAMESPACE = 'named-conventions';

/** As TypeScript writes the use of a package that it requires. */
const USE = /\bsemantic_conventions_\d+\.(\w+)/g;

/**
 * A package that requires the names of all attributes that OpenTelemetry has gets those that it uses.
 * All of them are 200 kB, and making them takes a thirtieth of a start.
 */
export const namedConventions: Plugin = {
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${PACKAGE}$`) }, ({ kind, importer }) =>
      kind === 'require-call'
        ? { path: relative(ROOT, importer), namespace: NAMESPACE }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path }) => {
      const all: Readonly<Record<string, unknown>> = await import(PACKAGE);
      const source = readFileSync(join(ROOT, path), 'utf8');
      const names = new Set([...source.matchAll(USE)].map(([, name = '']) => name));
      const lines = [...names].map((name) => {
        const value = all[name];
        if (value === undefined) throw new Error(`${path} uses ${name}, which ${PACKAGE} lacks`);
        return `exports.${name} = ${typeof value === 'function' ? value : JSON.stringify(value)};`;
      });
      if (lines.length === 0) throw new Error(`${path} uses ${PACKAGE} in a way not known here`);
      return { contents: lines.join('\n') };
    });
  },
};
