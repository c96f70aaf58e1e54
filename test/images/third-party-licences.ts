/**
 * The licences of everything in the images that is not ours, from the lock file:
 *
 *   npm run licences
 *
 * writes THIRD_PARTY_LICENSES.md, which every image holds. Run it after a change of dependencies. With
 * --check it writes nothing, and fails if a package has another licence than those accepted here.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLicenceTexts } from '../../tools/image/licences.ts';

const ROOT = join(import.meta.dirname, '../..');

export const LICENCES_FILE = 'THIRD_PARTY_LICENSES.md';

/** `texts`: the files with the licence's text, by their path in the image below /app. */
export type Licence = Readonly<{
  name: string;
  version: string;
  licence: string;
  texts: readonly string[];
}>;

type LockedPackage = Readonly<{
  version: string;
  license?: string;
  dev?: boolean;
}>;

/** They ask for no more than their text, or a credit, in what is passed on. */
const ACCEPTED: readonly string[] = [
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-3.0'],
  ...['CC0-1.0', 'ISC', 'MIT', '(MIT OR CC0-1.0)'],
];

/** The packages with another licence than those accepted, as text. */
export function findUnaccepted(licences: readonly Licence[]): readonly string[] {
  return licences
    .filter(({ licence }) => !ACCEPTED.includes(licence))
    .map(({ name, version, licence }) => `${name} ${version}: ${licence}`);
}

/** Every package that `npm ci --omit=dev` installs, by its folder. */
export function readLicences(): readonly Licence[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  return Object.entries<LockedPackage>(lock.packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder, { version, license }]) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
      if (license === undefined) throw new Error(`the lock file has no licence for ${folder}`);
      return { name, version, licence: license, texts: findLicenceTexts(folder) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

export function renderLicences(licences: readonly Licence[], node: string): string {
  const rows = licences.map(
    ({ name, version, licence, texts }) =>
      `| ${name} | ${version} | ${licence} | ${texts.join('<br>') || 'the package holds none'} |`,
  );
  return `# Third-party licences

The images hold the software below, beside this project's own (Apache-2.0, see LICENSE).
\`npm run licences\` writes this file from the lock file.

- **Debian's packages** of the base image: the texts are in \`/usr/share/doc/*/copyright\` of the image.
- **libatomic** of GCC, for Node.js: the licence of libgcc_s and libstdc++ there, GPL-3.0 with the GCC
  Runtime Library Exception
- **Node.js ${node}**, with what it bundles: https://github.com/nodejs/node/blob/v${node}/LICENSE
- **${licences.length} npm packages**, of which each image has those that its program uses, as parts of larger
  files. The texts of all are in each image, below \`/app\`:

| package | version | licence | text |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

export function renderCurrent(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return renderLicences(readLicences(), manifest.devDependencies.node);
}

function check(): void {
  const licences = readLicences();
  const others = findUnaccepted(licences);
  process.stdout.write(
    others.length === 0
      ? `${licences.length} packages, each with one of: ${ACCEPTED.join(', ')}\n`
      : `Licences that are not accepted yet:\n${others.join('\n')}\n`,
  );
  if (others.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  if (process.argv.includes('--check')) check();
  else writeFileSync(join(ROOT, LICENCES_FILE), renderCurrent());
}
