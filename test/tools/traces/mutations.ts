import { gzipSync, zstdCompressSync } from 'node:zlib';

/** Anything within a document, to be changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: a mutation may put any value anywhere
export type Loose = any;
export type Random = () => number;

/** What a mutation has to go by. `documents`: the lines of a file, or the answers of an API. */
export type Mutation = Readonly<{
  name: string;
  /** Changes a document in place; false where it finds nothing to change. */
  change?(documents: Loose[], random: Random): unknown;
  /**
   * What the change means, where it changes what the documents say: to be read right is to be read
   * as these are.
   */
  asIf?(documents: Loose[], random: Random): unknown;
  /** Changes the bytes of the file that the documents make. */
  encode?(text: string, random: Random): string | Buffer;
}>;

export const pick = <T>(list: readonly T[], random: Random): T =>
  list[Math.floor(random() * list.length)] as T;

/** Every object within. */
export function objectsIn(value: Loose, found: Loose[] = []): Loose[] {
  if (Array.isArray(value)) for (const item of value) objectsIn(item, found);
  else if (isObject(value)) {
    found.push(value);
    for (const [name, item] of Object.entries(value)) {
      // Where attributes are an object their keys are data: another key is another attribute.
      const isData = (name === 'attributes' || name === 'labels') && isObject(item);
      if (!isData) objectsIn(item, found);
    }
  }
  return found;
}

/** A random object of one document that has a member of this kind, with the member's name. */
function memberOf(
  documents: readonly Loose[],
  random: Random,
  accepts: (value: Loose, name: string) => boolean = () => true,
): { owner: Loose; name: string } | undefined {
  const owners = objectsIn(pick(documents, random));
  for (let tries = 0; tries < 50; tries += 1) {
    const owner = pick(owners, random);
    const names = Object.keys(owner).filter((name) => accepts(owner[name], name));
    if (names.length > 0) return { owner, name: pick(names, random) };
  }
  return undefined;
}

const onMember =
  (
    change: (owner: Loose, name: string, random: Random) => void,
    accepts?: (value: Loose, name: string) => boolean,
  ) =>
  (documents: Loose[], random: Random): boolean => {
    const found = memberOf(documents, random, accepts);
    if (found !== undefined) change(found.owner, found.name, random);
    return found !== undefined;
  };

const isObject = (value: Loose) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What may happen to the structure of JSON, whatever it means. */
export const STRUCTURE: readonly Mutation[] = [
  {
    name: 'a member is renamed',
    change: onMember((owner, name) => {
      owner[`${name}X`] = owner[name];
      delete owner[name];
    }),
  },
  {
    name: "a member's name has another case",
    change: onMember(
      (owner, name) => {
        const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
        owner[other] = owner[name];
        delete owner[name];
      },
      (_, name) => name.toUpperCase() !== name.toLowerCase(),
    ),
  },
  {
    name: 'a member that nobody knows is added',
    change: onMember((owner) => {
      owner.more = { a: 1 };
    }),
  },
  {
    // null is how JSON writes what is absent; what hung on the member is gone in both.
    name: 'a member is null',
    change: onMember((owner, name) => {
      owner[name] = null;
    }),
    asIf: onMember((owner, name) => {
      delete owner[name];
    }),
  },
  {
    name: 'an object is wrapped in a list',
    change: onMember((owner, name) => {
      owner[name] = [owner[name]];
    }, isObject),
  },
  {
    name: 'a list is an object',
    change: onMember(
      (owner, name) => {
        owner[name] = { ...owner[name] };
      },
      (value) => Array.isArray(value) && value.length > 0,
    ),
  },
  {
    name: 'an object is text',
    change: onMember((owner, name) => {
      owner[name] = JSON.stringify(owner[name]);
    }, isObject),
  },
  {
    name: 'text is a list',
    change: onMember(
      (owner, name) => {
        owner[name] = [owner[name]];
      },
      (value) => typeof value === 'string',
    ),
  },
  {
    name: 'a list has a null in it',
    change: onMember((owner, name) => {
      owner[name].push(null);
    }, Array.isArray),
  },
  {
    name: 'a list is turned round',
    change: onMember(
      (owner, name) => {
        owner[name].reverse();
      },
      (value) => Array.isArray(value) && isObject(value[0]),
    ),
  },
  {
    name: 'an item of a list is there twice',
    change: onMember(
      (owner, name, random) => {
        owner[name].push(structuredClone(pick(owner[name], random)));
      },
      (value) => Array.isArray(value) && value.length > 0,
    ),
  },
  {
    name: 'a document is there twice',
    change(documents, random) {
      documents.splice(1, 0, structuredClone(pick(documents.slice(1, -1), random)));
    },
  },
];

const cutAt = (text: string, random: Random) => {
  // Behind a line's end nothing shows that there was more.
  let at = 1 + Math.floor(random() * (text.length - 2));
  while (text[at - 1] === '\n' || text[at] === '\n') at -= 1;
  return at;
};

export const ENCODINGS: readonly Mutation[] = [
  { name: 'a byte order mark', encode: (text) => `\uFEFF${text}` },
  { name: 'CRLF', encode: (text) => text.replaceAll('\n', '\r\n') },
  { name: 'blank lines', encode: (text) => text.replaceAll('\n', '\n\n  \n') },
  { name: 'gzip', encode: (text) => gzipSync(text) },
  { name: 'zstd', encode: (text) => zstdCompressSync(text) },
  { name: 'UTF-16', encode: (text) => Buffer.from(`\uFEFF${text}`, 'utf16le') },
  {
    name: 'a byte that is not UTF-8',
    encode(text, random) {
      const bytes = Buffer.from(text);
      bytes[Math.floor(random() * bytes.length)] = 0xe6;
      return bytes;
    },
  },
  {
    name: 'a byte of nothing',
    encode(text, random) {
      const bytes = Buffer.from(text);
      bytes[Math.floor(random() * bytes.length)] = 0;
      return bytes;
    },
  },
  {
    name: 'a bracket is lost',
    encode(text, random) {
      const brackets = [...text.matchAll(/[[\]{}]/g)];
      const { index } = pick(brackets, random);
      return text.slice(0, index) + text.slice(index + 1);
    },
  },
  {
    name: 'a quotation mark is lost',
    encode(text, random) {
      const { index } = pick([...text.matchAll(/"/g)], random);
      return text.slice(0, index) + text.slice(index + 1);
    },
  },
  {
    name: 'a line in between is cut off',
    encode(text, random) {
      const lines = text.split('\n');
      const at = 1 + Math.floor(random() * (lines.length - 3));
      const line = lines[at] ?? '';
      lines[at] = line.slice(0, 1 + Math.floor(random() * (line.length - 1)));
      return lines.join('\n');
    },
  },
  { name: 'the end is missing', encode: (text, random) => text.slice(0, cutAt(text, random)) },
  {
    name: 'the end is missing of gzip',
    encode: (text, random) => {
      const bytes = gzipSync(text);
      return bytes.subarray(0, 20 + Math.floor(random() * (bytes.length - 21)));
    },
  },
];
