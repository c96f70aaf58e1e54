/** Where input is that is no file by itself, by the name under which readers and people know it. */
const stored = new Map<string, string>();

/** From now on whoever reads the file of that name reads this one. */
export const storeAs = (name: string, file: string): void => void stored.set(name, file);

/** The file to open for a path that a person named. */
export const fileOf = (path: string): string => stored.get(path) ?? path;
