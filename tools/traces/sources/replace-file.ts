import { rename, writeFile } from 'node:fs/promises';

/** A process that is killed while it writes leaves the old file. */
export async function replaceFile(file: string, content: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, content);
  await rename(part, file);
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
