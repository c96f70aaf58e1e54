import { AppError } from '../../lib/errors.ts';
import type { CallLimits } from './call-bounds.ts';

/** The most that the works may come to, as they are stored and as text. */
export type WorksLimits = Readonly<{ objects: number; bytes: number }>;

/**
 * All texts are in memory, and what a load may take of it is a multiple of this (load-room.ts): with 64
 * MiB that is what a container of 512 MiB holds for certain. Shakespeare's works have 5.5 MB. A
 * prefix that takes more is a mistake, which must end with a message and not with the kernel's OOM
 * killer.
 */
export const WORKS_LIMITS: WorksLimits = { objects: 10_000, bytes: 64 * 1024 * 1024 };

/** `at` is the object with which there is too much, where it is one. */
export function tooLarge(limits: WorksLimits, at?: string): AppError {
  return new AppError(
    'failedPrecondition',
    'the bucket and prefix hold more than can be searched' +
      (at === undefined ? '' : `, counted up to object ${JSON.stringify(at)}`) +
      `; allowed: ${limits.objects} objects with ${limits.bytes} bytes in all`,
  );
}

/**
 * Each is a call to Storage and a span. A page has up to 1,000 objects; Storage may return fewer, or
 * none, where many have been deleted. A listing that never ends must not go on for minutes.
 */
export const MOST_PAGES = 2_000;

export function tooManyPages(): AppError {
  return new AppError(
    'failedPrecondition',
    `the listing of the bucket and prefix has more than ${MOST_PAGES} pages`,
  );
}

/** What peers may take of the process, whoever they are. */
export type ServerLimits = CallLimits &
  Readonly<{
    connections: number;
    /** More wait at the caller, as HTTP/2 has it. */
    callsPerConnection: number;
    messageBytes: number;
    /** A connection without a call for so long is closed, one that never said a word included. */
    idleMs: number;
  }>;

/**
 * Cloud Run sends an instance 80 requests at a time; a burst of loadgen's has up to 1,000. A query has
 * 1,024 bytes, so that what is larger than 64 KiB is no request. Metadata holds an ID token and trace
 * headers; 16 KiB is what other gRPC servers take.
 */
export const SERVER_LIMITS: ServerLimits = {
  calls: 1_000,
  streams: 100,
  metadataBytes: 16 * 1024,
  connections: 1_000,
  callsPerConnection: 250,
  messageBytes: 64 * 1024,
  idleMs: 300_000,
};
