import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DOCKERFILE = join(import.meta.dirname, '../../Dockerfile');

/** The defaults of the Dockerfile's arguments, by name. */
export async function readDockerfileArguments(): Promise<
  Readonly<Record<'NODE_IMAGE' | 'BASE_IMAGE', string>>
> {
  const text = await readFile(DOCKERFILE, 'utf8');
  const defaultOf = (name: string) => {
    const value = new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`the Dockerfile gives ${name} no default`);
    return value;
  };
  return { NODE_IMAGE: defaultOf('NODE_IMAGE'), BASE_IMAGE: defaultOf('BASE_IMAGE') };
}
