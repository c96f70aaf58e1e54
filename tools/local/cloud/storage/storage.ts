import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import { GOOGLE_STATUS, type GoogleError, toGoogleError } from '../google-status.ts';
import { sendJson, startHttpService } from '../http-service.ts';
import { authenticate, authorize } from '../identity/caller.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import { downloadObject } from './download.ts';
import { type Location, parseLocation } from './location.ts';
import { type Bucket, createStorageObjects, type StorageObjects } from './objects.ts';
import { checkPreconditions, conditionsIn, StorageError } from './preconditions.ts';
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
 * alt=media; and of the XML API, GET of an object. https://cloud.google.com/storage/docs/json_api/v1
 */
export async function startStorage(options: {
  tokens: TokenIssuer;
  projectId: string;
  faults?: Faults;
  /** Of a list, whatever its caller asks for; by default what the real one gives. */
  mostPerPage?: number;
}): Promise<StorageService> {
  const objects = createStorageObjects();
  const requests: StorageRequest[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://storage');
    let location: Location | undefined;
    response.setHeader('x-guploader-uploadid', 'local');
    try {
      location = parseLocation(url.pathname);
      const { bucket: bucketName, object: objectName, listing, api } = location;
      const media = api === 'xml' || url.searchParams.get('alt') === 'media';
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
        const page = listPage(objects.list(bucket), url.searchParams, options.mostPerPage);
        return sendJson(response, 200, page);
      }
      const object = bucket.objects.get(objectName ?? '');
      const generation = url.searchParams.get('generation');
      if (!object || (generation !== null && generation !== object.generation)) {
        // No versions are kept: another generation than the live one is gone.
        throw new StorageError(404, 'notFound', `No such object: ${bucketName}/${objectName}`);
      }
      checkPreconditions(object, conditionsIn(url.searchParams, request.headers));
      if (media) return await downloadObject({ object, request, response, fault });
      return sendJson(response, 200, JSON.stringify(objectResource(object)));
    } catch (error) {
      sendError(response, error, errorShape(location, url.searchParams));
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

/** A download that fails is answered in plain text, everything else in the API's own shape. */
type ErrorShape = 'json' | 'xml' | 'text';

const errorShape = (location: Location | undefined, query: URLSearchParams): ErrorShape =>
  location?.api === 'xml' ? 'xml' : query.get('alt') === 'media' ? 'text' : 'json';

function sendError(response: ServerResponse, thrown: unknown, shape: ErrorShape): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = thrown instanceof StorageError ? thrown : fromGoogleError(toGoogleError(thrown));
  const { status } = error;
  if (status === 304) response.writeHead(304).end();
  else if (shape === 'json') sendJson(response, status, error.body());
  else if (shape === 'text')
    response.writeHead(status, { 'content-type': 'text/html' }).end(error.message);
  else
    response
      .writeHead(status, { 'content-type': 'application/xml; charset=UTF-8' })
      .end(error.xml());
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
