import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { GRPC_STUB, grpcInside } from './grpc-inside.ts';
import { leftOut } from './left-out.ts';
import { lightHeaders } from './light-headers.ts';
import { namedConventions } from './named-conventions.ts';
import { PROGRAMS, type ProgramName, ROOT } from './programs.ts';
import { preparedProtos } from './protos.ts';
import { requiredLate } from './required-late.ts';

const COPIED = ['lib/telemetry/early-signal.cjs', 'tools/image/start.cjs'];

export type Built = Readonly<{ bytes: number }>;

/**
 * The preload, and when it is done the program, as one function that start.cjs calls. A module runs when
 * the first one that needs it does, so nothing of the program runs before the preload has patched what it
 * uses. A function, because only there may code that is no ES module await.
 */
async function buildProgram(name: ProgramName, folder: string): Promise<Built> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: `import 'grpc-inside';
await import('./lib/telemetry/preload.ts');
await import('./${PROGRAMS[name]}');`,
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    define: {
      'import.meta.url': '__url',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    // ES modules where a package has both: what nobody imports of them is left out.
    mainFields: ['module', 'main'],
    // Not minified: stack traces stay readable, and the code cache saves the parsing anyway.
    charset: 'ascii',
    // The licences' texts are in the image as files.
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [
      ...[grpcInside, requiredLate, preparedProtos, leftOut, lightHeaders],
      namedConventions,
    ],
  });
  const text = outputFiles.map((file) => file.text).join('');
  // In comments and regular expressions esbuild leaves other characters as they are.
  const body = text.replace(/[\u0080-\uffff]/g, escapeCharacter);
  const program = `(async (require, __filename, __dirname, __url) => {'use strict';\n${body}})`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'program.js'), program, 'latin1');
  for (const path of COPIED) copyFileSync(join(ROOT, path), join(folder, path.replace(/.*\//, '')));
  return { bytes: program.length };
}

const escapeCharacter = (character: string) =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** All programs, each in its folder, and beside them the package that they require by its name. */
export async function buildPrograms(folder: string): Promise<Readonly<Record<ProgramName, Built>>> {
  const programs: Partial<Record<ProgramName, Built>> = {};
  for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
    programs[name] = await buildProgram(name, join(folder, name));
  }
  const grpc = 'node_modules/@grpc/grpc-js';
  mkdirSync(join(folder, grpc, 'build/src'), { recursive: true });
  writeFileSync(join(folder, grpc, 'build/src/index.js'), GRPC_STUB);
  copyFileSync(join(ROOT, grpc, 'package.json'), join(folder, grpc, 'package.json'));
  return programs as Record<ProgramName, Built>;
}
