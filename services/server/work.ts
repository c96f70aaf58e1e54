import type { ObjectRef } from './listing.ts';
import {
  countLines,
  type LineLengths,
  type Lowered,
  lineLengths,
  lower,
  NO_LENGTHS,
} from './match.ts';
import type { Content } from './object-content.ts';
import { unreadable } from './refusals.ts';
import { decodeOnce, decodeText, NotText } from './text.ts';

/** One object's text, ready to be searched. */
export type Work = Readonly<{
  name: string;
  generation: string;
  /** As stored. */
  bytes: number;
  /** As unpacked. */
  textBytes: number;
  /** What the parts take in memory. */
  memoryBytes: number;
  lines: number;
  /** Each ends with a line, the last one perhaps without its line break. */
  loweredParts: readonly Lowered[];
  /** Of each part; none where the lines are so short that their lengths would take much memory. */
  lineLengths: readonly LineLengths[];
}>;

/** Lengths take at most this part of a text's memory, whatever its lines. */
const LEAST_LINE_LENGTH = 8;

/** Throws AppError failedPrecondition where the content is not text. */
export type ToWork = (ref: ObjectRef, content: Content) => Work;

/** To be searched again and again. */
export const toWork: ToWork = (ref, content) =>
  join(ref, content, decodeText(content), (text) => {
    const lowered = lower(text);
    const lengths = lineLengths(lowered);
    const isKept = lengths.length <= lowered.length / LEAST_LINE_LENGTH;
    return { lowered, lineFeeds: lengths.length, lengths: isKept ? lengths : NO_LENGTHS };
  });

/**
 * To be searched once: the lengths of lines, and strings where bytes will do, would not be worth it. It
 * lowers the bytes of `content` where they are.
 */
export const toWorkForOnce: ToWork = (ref, content) =>
  join(ref, content, decodeOnce(content), (part) => {
    if (typeof part !== 'string') return { ...part, lengths: NO_LENGTHS };
    const lowered = lower(part);
    return { lowered, lineFeeds: lineLengths(lowered).length, lengths: NO_LENGTHS };
  });

type Part = Readonly<{ lowered: Lowered; lineFeeds: number; lengths: LineLengths }>;

function join<Decoded>(
  ref: ObjectRef,
  content: Content,
  decoded: Iterable<Decoded>,
  toPart: (decoded: Decoded) => Part,
): Work {
  const loweredParts: Lowered[] = [];
  const lengthsOfParts: LineLengths[] = [];
  let lines = 0;
  let memoryBytes = 0;
  try {
    for (const each of decoded) {
      const { lowered, lineFeeds, lengths } = toPart(each);
      loweredParts.push(lowered);
      lengthsOfParts.push(lengths);
      lines += countLines(lowered, lineFeeds);
      memoryBytes += memoryOf(lowered) + lengths.length;
    }
  } catch (error) {
    throw error instanceof NotText ? unreadable(ref.name, error.message) : error;
  }
  const textBytes = content.reduce((total, piece) => total + piece.length, 0);
  const { name, generation, size: bytes } = ref;
  return {
    ...{ name, generation, bytes, textBytes, memoryBytes, lines },
    loweredParts,
    lineLengths: lengthsOfParts,
  };
}

/** V8 takes one byte a character where all of them are in ISO-8859-1. */
function memoryOf(lowered: Lowered): number {
  const isWide = typeof lowered === 'string' && /[\u0100-\uffff]/.test(lowered);
  return lowered.length * (isWide ? 2 : 1);
}
