import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import { GOOGLE_STATUS, type GoogleError, toGoogleError } from '../google-status.ts';
import { sendJson, startHttpService } from '../http-service.ts';
import { authenticate, authorize } from '../identity/caller.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { downloadObject } from './download.ts';
import { type Bucket, createStorageObjects, type StorageObjects } from './objects.ts';
import { checkPreconditions, StorageError } from './preconditions.ts';
import { bucketResource, listPage, objectResource } from './resources.ts';

export type StorageRequest = Readonly<{
  operation: 'bucket' | 'list' | 'get' | 'download';
  target: string;
}>;

export type StorageService = Readonly<{
  origin: string;
  objects: StorageObjects;
  /** The last 10,000 requests. */
  requests: readonly StorageRequest[];
  close(): Promise<void>;
}>;

const MAX_REQUESTS = 10_000;

/**
 * The part of Cloud Storage's JSON API that reads: buckets.get, objects.list, objects.get and its
 * alt=media. Paths with /storage/v1, with /download/storage/v1, and bare as the client library
 * asks under STORAGE_EMULATOR_HOST. https://cloud.google.com/storage/docs/json_api/v1
 */
export async function startStorage(options: {
  tokens: TokenIssuer;
  projectId: string;
  faults?: Faults;
}): Promise<StorageService> {
  const objects = createStorageObjects();
  const requests: StorageRequest[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://storage');
    const media = url.searchParams.get('alt') === 'media';
    response.setHeader('x-guploader-uploadid', 'local');
    try {
      const { bucketName, objectName, listing } = parsePath(url.pathname);
      if (request.method !== 'GET') {
        throw new StorageError(405, 'methodNotAllowed', 'This storage can only be read');
      }
      const operation = listing
        ? 'list'
        : objectName === undefined
          ? 'bucket'
          : media
            ? 'download'
            : 'get';
      const target = objectName ?? bucketName;
      requests.push({ operation, target });
      if (requests.length > MAX_REQUESTS) requests.shift();
      const fault = await options.faults?.strike('storage', operation, target);
      const bucket = openBucket(objects, bucketName);
      checkAccess(bucket, request, operation);
      if (operation === 'bucket') return sendJson(response, 200, bucketResource(bucket));
      if (operation === 'list') {
        return sendJson(response, 200, listPage(objects.list(bucket), url.searchParams));
      }
      const object = bucket.objects.get(objectName ?? '');
      const generation = url.searchParams.get('generation');
      if (!object || (generation !== null && generation !== object.generation)) {
        // No versions are kept: another generation than the live one is gone.
        throw new StorageError(404, 'notFound', `No such object: ${bucketName}/${objectName}`);
      }
      checkPreconditions(object, url.searchParams);
      if (media) return await downloadObject({ object, request, response, fault });
      return sendJson(response, 200, JSON.stringify(objectResource(object)));
    } catch (error) {
      sendError(response, error, media);
    }
  };

  const checkAccess = (bucket: Bucket, request: IncomingMessage, operation: string): void => {
    const { authorization } = request.headers;
    if (authorization === undefined && bucket.public) return;
    if (authorization === undefined) {
      const permission = operation === 'list' ? 'storage.objects.list' : 'storage.objects.get';
      throw new StorageError(
        401,
        'required',
        `Anonymous caller does not have ${permission} access to the Google Cloud Storage bucket. Permission '${permission}' denied on resource (or it may not exist).`,
      );
    }
    const email = authenticate(options.tokens, authorization);
    if (!bucket.public) authorize(email, options.projectId);
  };

  const service = await startHttpService(handle);
  return { origin: service.origin, objects, requests, close: service.close };
}

function openBucket(objects: StorageObjects, name: string): Bucket {
  const bucket = objects.bucket(name);
  if (!bucket) throw new StorageError(404, 'notFound', 'The specified bucket does not exist.');
  return bucket;
}

function parsePath(pathname: string): {
  bucketName: string;
  objectName?: string;
  listing: boolean;
} {
  const match = /^(?:\/download)?(?:\/storage\/v1)?\/b\/([^/]+)(?:(\/o)(?:\/(.+))?)?$/.exec(
    pathname,
  );
  if (!match?.[1]) throw new StorageError(404, 'notFound', 'Not Found');
  try {
    return {
      bucketName: decodeURIComponent(match[1]),
      ...(match[3] !== undefined && { objectName: decodeURIComponent(match[3]) }),
      listing: match[2] !== undefined && match[3] === undefined,
    };
  } catch (cause) {
    throw new StorageError(400, 'invalid', `The path ${pathname} is not valid`, { cause });
  }
}

function sendError(response: ServerResponse, thrown: unknown, media: boolean): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = thrown instanceof StorageError ? thrown : fromGoogleError(toGoogleError(thrown));
  // A download that fails is answered in plain text, everything else in the JSON API's shape.
  if (error.status === 304) response.writeHead(304).end();
  else if (media)
    response.writeHead(error.status, { 'content-type': 'text/html' }).end(error.message);
  else sendJson(response, error.status, error.body());
}

/** Reasons as https://cloud.google.com/storage/docs/json_api/v1/status-codes lists them. */
function fromGoogleError(error: GoogleError): StorageError {
  const status = GOOGLE_STATUS[error.code].http;
  const reasons: Record<number, string> = {
    401: 'authError',
    403: 'forbidden',
    404: 'notFound',
    429: 'rateLimitExceeded',
    500: 'backendError',
    503: 'backendError',
    504: 'gatewayTimeout',
  };
  return new StorageError(status, reasons[status] ?? 'invalid', error.message);
}
