import { gunzipSync } from 'node:zlib';

/** The files of a gzipped tar, without folders. */
export function namesOf(archive: Buffer): string[] {
  const tar = gunzipSync(archive);
  const names: string[] = [];
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const text = (from: number, to: number) =>
      tar.toString('utf8', offset + from, offset + to).replace(/\0.*$/s, '');
    const name = text(0, 100);
    if (name === '') break;
    const prefix = text(345, 500);
    const isFile = text(156, 157) === '0' || text(156, 157) === '';
    if (isFile) names.push(prefix === '' ? name : `${prefix}/${name}`);
    offset += 512 + Math.ceil(Number.parseInt(text(124, 136), 8) / 512) * 512;
  }
  return names.sort();
}
