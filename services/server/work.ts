import type { ObjectRef } from './listing.ts';
import { countLines, type LineLengths, lineLengths, lower } from './match.ts';
import type { Content } from './object-content.ts';
import { unreadable } from './refusals.ts';
import { decodeText, NotText } from './text.ts';

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
  loweredParts: readonly string[];
  /** Of each part; none where the lines are so short that their lengths would take much memory. */
  lineLengths: readonly LineLengths[];
}>;

/** Lengths take at most this part of a text's memory, whatever its lines. */
const LEAST_LINE_LENGTH = 8;
const NO_LENGTHS = new Uint8Array();

/** Throws AppError failedPrecondition where the content is not text. */
export function toWork(ref: ObjectRef, content: Content): Work {
  const loweredParts: string[] = [];
  const lengthsOfParts: LineLengths[] = [];
  let lines = 0;
  let memoryBytes = 0;
  try {
    for (const part of decodeText(content)) {
      const lowered = lower(part);
      loweredParts.push(lowered);
      const lengths = lineLengths(lowered);
      lines += countLines(lowered, lengths);
      const kept = lengths.length <= lowered.length / LEAST_LINE_LENGTH ? lengths : NO_LENGTHS;
      lengthsOfParts.push(kept);
      // V8 takes one byte a character where all of them are in ISO-8859-1.
      memoryBytes += lowered.length * (/[\u0100-\uffff]/.test(lowered) ? 2 : 1) + kept.length;
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
