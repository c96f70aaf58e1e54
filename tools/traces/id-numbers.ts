const TRACE_DIGITS = 32;
const DIGITS_OF_WORD = 8;

/** Of a character that is a lower-case hexadecimal digit its value, of any other one 255. */
const VALUES = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value += 1) VALUES[value.toString(16).charCodeAt(0)] = value;

export type IdNumbers = Readonly<{
  size(): number;
  /** Of an id that is new, the next number. */
  numberOf(id: string): number;
  /** The same of bytes, but -1 where they are no id: other digits, others in number, or all zero. */
  numberOfBytes(bytes: Uint8Array, from: number, to: number): number;
  /** -1 where the id has none. */
  find(id: string): number;
  idOf(number: number): string;
}>;

/**
 * Numbers ids of so many hexadecimal digits in the order in which they come: 0, 1, 2. A million trace ids
 * take some 30 MB here, where a map of texts takes 120. Text of another form is numbered as well.
 */
export function createIdNumbers(digits = TRACE_DIGITS): IdNumbers {
  const width = digits / DIGITS_OF_WORD;
  let words = new Uint32Array(width * 1_024);
  /** Number + 1 of the id at its place; 0: free. Twice as many as ids at least. */
  let slots = new Uint32Array(2_048);
  let size = 0;
  const others = new Map<string, number>();
  const otherIds = new Map<number, string>();
  const sought = new Uint32Array(width);

  /** Reads the digits into `sought`; false where they are none. */
  function read(id: string): boolean {
    if (id.length !== digits) return false;
    let invalid = 0;
    for (let word = 0; word < width; word += 1) {
      let value = 0;
      for (let at = word * DIGITS_OF_WORD; at < (word + 1) * DIGITS_OF_WORD; at += 1) {
        const digit = VALUES[id.charCodeAt(at)] ?? 255;
        invalid |= digit;
        value = (value << 4) | digit;
      }
      sought[word] = value;
    }
    return invalid < 16;
  }

  /** The same of bytes; false also where all are zero. */
  function readBytes(bytes: Uint8Array, from: number): boolean {
    let invalid = 0;
    let any = 0;
    for (let word = 0; word < width; word += 1) {
      let value = 0;
      const first = from + word * DIGITS_OF_WORD;
      for (let at = first; at < first + DIGITS_OF_WORD; at += 1) {
        const digit = VALUES[bytes[at] as number] as number;
        invalid |= digit;
        value = (value << 4) | digit;
      }
      any |= value;
      sought[word] = value;
    }
    return invalid < 16 && any !== 0;
  }

  function slotOf(): number {
    const mask = slots.length - 1;
    let slot = hashOf(sought, 0, width) & mask;
    for (let entry = slots[slot] as number; entry !== 0; entry = slots[slot] as number) {
      if (isAt(entry - 1)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  function isAt(number: number): boolean {
    for (let word = 0; word < width; word += 1) {
      if (words[number * width + word] !== sought[word]) return false;
    }
    return true;
  }

  function enter(): number {
    const slot = slotOf();
    const entry = slots[slot] as number;
    if (entry !== 0) return entry - 1;
    makeRoom();
    words.set(sought, size * width);
    size += 1;
    if (size * 2 > slots.length) spread();
    else slots[slot] = size;
    return size - 1;
  }

  function makeRoom(): void {
    if ((size + 1) * width <= words.length) return;
    const larger = new Uint32Array(Math.ceil((words.length * 1.5) / width) * width);
    larger.set(words);
    words = larger;
  }

  /** To twice as many slots. */
  function spread(): void {
    slots = new Uint32Array(slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < size; number += 1) {
      if (otherIds.has(number)) continue;
      let slot = hashOf(words, number * width, width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  }

  function enterOther(id: string): number {
    const known = others.get(id);
    if (known !== undefined) return known;
    makeRoom();
    others.set(id, size);
    otherIds.set(size, id);
    size += 1;
    if (size * 2 > slots.length) spread();
    return size - 1;
  }

  return {
    size: () => size,
    numberOf: (id) => (read(id) ? enter() : enterOther(id)),
    numberOfBytes: (bytes, from, to) =>
      to - from === digits && readBytes(bytes, from) ? enter() : -1,
    find(id) {
      if (!read(id)) return others.get(id) ?? -1;
      return (slots[slotOf()] as number) - 1;
    },
    idOf(number) {
      const other = otherIds.get(number);
      if (other !== undefined) return other;
      let id = '';
      for (let at = number * width; at < (number + 1) * width; at += 1) {
        id += (words[at] as number).toString(16).padStart(DIGITS_OF_WORD, '0');
      }
      return id;
    },
  };
}

/** Ids may be random, or counted up: each bit has to move the last ones. */
function hashOf(words: Uint32Array, from: number, width: number): number {
  let hash = 0;
  for (let word = from; word < from + width; word += 1) {
    hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
