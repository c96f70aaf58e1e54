import { resolve, sep } from 'node:path';

/**
 * What files are called on the page: by their names, and where two have one name, by as many of the
 * folders above it as tell them apart, such as `monday/run.ndjson`.
 */
export function fileNames(paths: readonly string[]): readonly string[] {
  const absolute = paths.map((path) => resolve(path));
  return absolute.map((path) => {
    const others = absolute.filter((other) => other !== path);
    const { length } = path.split(sep);
    for (let parts = 1; parts < length; parts += 1) {
      const name = lastParts(path, parts);
      if (others.every((other) => lastParts(other, parts) !== name)) return name;
    }
    return path;
  });
}

const lastParts = (path: string, count: number): string => path.split(sep).slice(-count).join(sep);
