import { z } from 'zod';
import { MOST_PAGES, tooLarge, tooManyPages, type WorksLimits } from './limits.ts';
import { unreadable } from './refusals.ts';

/** One object of a listing, pinned: a download reads this generation or fails with 404. */
export type ObjectRef = Readonly<{
  name: string;
  generation: string;
  /** Bytes as stored. */
  size: number;
  /** Checksum of the bytes as stored, base64. */
  crc32c: string;
  /** Whether the stored bytes are compressed. */
  gzip: boolean;
}>;

export type ListingPage = Readonly<{
  refs: readonly ObjectRef[];
  nextPageToken: string | undefined;
}>;

/** JSON can escape half of a surrogate pair, and no URL can hold one: the library would throw unseen. */
const wellFormed = z.string().refine((text) => text.isWellFormed(), { error: 'not Unicode' });

/** The members of a page that a listing asks for: int64 values are decimal strings in JSON. */
const pageSchema = z.object({
  items: z
    .array(
      z.object({
        name: wellFormed.min(1),
        generation: z.string().regex(/^\d+$/),
        size: z
          .string()
          .regex(/^\d{1,15}$/)
          .transform(Number),
        crc32c: z.string().min(1).optional(),
        contentEncoding: z.string().optional(),
      }),
    )
    .default([]),
  nextPageToken: wellFormed.optional(),
});

/**
 * One page of Storage's listing. Throws ZodError, which names the member, where it is not one, and
 * AppError failedPrecondition where it has an object that cannot be read.
 */
export function parseListingPage(response: unknown): ListingPage {
  const { items, nextPageToken } = pageSchema.parse(response);
  const refs = items
    // Consoles create an empty object named 'folder/' to show a folder.
    .filter(({ name }) => !name.endsWith('/'))
    .map(toRef);
  return { refs, nextPageToken: nextPageToken || undefined };
}

/** A Content-Encoding as one lower-case word; 'identity' for none. */
export function encodingOf(header: string | undefined): string {
  const word = header?.trim().toLowerCase() || 'identity';
  return word === 'x-gzip' ? 'gzip' : word;
}

function toRef(item: z.output<typeof pageSchema>['items'][number]): ObjectRef {
  const { name, generation, size, crc32c } = item;
  const encoding = encodingOf(item.contentEncoding);
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw unreadable(name, `is stored with the content encoding ${JSON.stringify(encoding)}`);
  }
  // Such as one that is encrypted with its owner's key.
  if (crc32c === undefined) throw unreadable(name, 'has no checksum in the listing');
  return { name, generation, size, crc32c, gzip: encoding === 'gzip' };
}

/**
 * Follows the pages to the end. Throws AppError failedPrecondition as soon as they come to more
 * than `limits`, and an Error where they lead round in a circle or on and on, or name an object twice.
 */
export async function collectPages(
  readPage: (pageToken: string | undefined, number: number) => Promise<ListingPage>,
  limits: WorksLimits,
): Promise<ObjectRef[]> {
  const refs: ObjectRef[] = [];
  const followed = new Set<string>();
  const names = new Set<string>();
  let bytes = 0;
  let pageToken: string | undefined;
  do {
    const page = await readPage(pageToken, followed.size + 1);
    for (const ref of page.refs) {
      // Its lines would count twice.
      if (names.has(ref.name)) throw new Error(`the listing has ${JSON.stringify(ref.name)} twice`);
      names.add(ref.name);
      refs.push(ref);
      bytes += ref.size;
      if (refs.length > limits.objects || bytes > limits.bytes) {
        throw tooLarge(limits, ref.name);
      }
    }
    pageToken = page.nextPageToken;
    if (pageToken !== undefined) {
      if (followed.has(pageToken)) throw new Error(`the listing repeats page token ${pageToken}`);
      followed.add(pageToken);
      if (followed.size === MOST_PAGES) throw tooManyPages();
    }
  } while (pageToken !== undefined);
  return refs;
}
