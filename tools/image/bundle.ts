import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { PROGRAMS, type ProgramName, ROOT } from './programs.ts';
import { preparedProtos } from './protos.ts';
import { requiredLate } from './required-late.ts';
import { onlyEnglish } from './zod-locales.ts';

/** Packages that are built as CommonJS expect these. */
const COMMONJS = `import { createRequire as makeRequire } from 'node:module';
const require = makeRequire(import.meta.url);
const { filename: __filename, dirname: __dirname } = import.meta;`;

/** Not minified: stack traces stay readable, and the compile cache saves the parsing anyway. */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node26',
  // ES modules where a package has both: what nobody imports of them is left out.
  mainFields: ['module', 'main'],
  // The licences' texts are in the image as files.
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

const EARLY_SIGNAL = 'early-signal.cjs';

export type Built = Readonly<{ files: number; bytes: number }>;

/**
 * Two entries, the preload and the program, in one build: what both need is in files that both import,
 * so that each module has one state. What is imported with `import()` goes into separate files.
 */
async function buildProgram(name: ProgramName, folder: string): Promise<Built> {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: { preload: 'lib/telemetry/preload.ts', main: PROGRAMS[name] },
    outdir: folder,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: { js: COMMONJS },
    metafile: true,
    plugins: [requiredLate, preparedProtos, onlyEnglish],
  });
  // As it is: nothing may come before it.
  copyFileSync(join(ROOT, 'lib/telemetry', EARLY_SIGNAL), join(folder, EARLY_SIGNAL));
  const outputs = Object.values(metafile.outputs);
  return {
    files: outputs.length,
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** All programs, each in its folder, and beside them the package that they require. */
export async function buildPrograms(folder: string): Promise<Readonly<Record<ProgramName, Built>>> {
  const programs: Partial<Record<ProgramName, Built>> = {};
  for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
    programs[name] = await buildProgram(name, join(folder, name));
  }
  await buildGrpc(join(folder, 'node_modules/@grpc/grpc-js'));
  return programs as Record<ProgramName, Built>;
}

/**
 * A package that instrumentation finds by its name and version: one file in place of a hundred. Its
 * own use of proto-loader, for channelz and for load reports, is not in the image.
 */
async function buildGrpc(folder: string): Promise<void> {
  const source = join(ROOT, 'node_modules/@grpc/grpc-js');
  await build({
    ...COMMON,
    entryPoints: [join(source, 'build/src/index.js')],
    outfile: join(folder, 'build/src/index.js'),
    format: 'cjs',
    external: ['@grpc/proto-loader'],
  });
  copyFileSync(join(source, 'package.json'), join(folder, 'package.json'));
}
