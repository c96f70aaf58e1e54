import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Build, buildProblems, type Project } from './build-problems.ts';
import { substitute } from './substitutions.ts';

/** One build that was taken. */
export type Submission = Readonly<{
  buildId: string;
  /** As Cloud Build runs it: substitutions filled in. */
  build: Build;
  /** The source archive, a gzipped tar. */
  archive: Buffer;
}>;

export type CloudBuildService = Readonly<{
  /** For gcloud's CLOUDSDK_API_ENDPOINT_OVERRIDES_…, with a slash at the end. */
  buildEndpoint: string;
  storageEndpoint: string;
  submissions(): readonly Submission[];
  close(): Promise<void>;
}>;

/**
 * Cloud Build and the staging bucket, as far as `gcloud builds submit` talks to them. A build that
 * the service would refuse is refused; one that it would take is done at once.
 */
export async function startCloudBuildService(project: Project): Promise<CloudBuildService> {
  const archives = new Map<string, Buffer>();
  const submissions: Submission[] = [];

  const store = (request: IncomingMessage, body: Buffer, url: URL): Reply => {
    const bucket = /\/b\/([^/]+)\/o/.exec(url.pathname)?.[1];
    if (bucket !== project.stagingBucket)
      return failure(404, 'The specified bucket does not exist.');
    const name = url.searchParams.get('name') ?? '';
    const bytes = lastPart(body, String(request.headers['content-type']));
    archives.set(name, bytes);
    const md5Hash = createHash('md5').update(bytes).digest('base64');
    return ok({ bucket, name, generation: '1', size: String(bytes.length), md5Hash });
  };

  const submit = (body: Buffer): Reply => {
    const build = JSON.parse(body.toString()) as Build;
    const source = build.source?.storageSource;
    const archive = archives.get(source?.object ?? '');
    const problems = [
      ...buildProblems(build, project),
      ...(archive ? [] : [`could not fetch source ${source?.bucket}/${source?.object}`]),
    ];
    if (problems.length > 0 || !archive) {
      return failure(400, `invalid build: ${problems.join('; ')}`);
    }
    const buildId = randomUUID();
    const values = {
      PROJECT_ID: project.projectId,
      BUILD_ID: buildId,
      LOCATION: project.region,
      ...build.substitutions,
    };
    submissions.push({ buildId, archive, build: substitute(build, values) });
    const metadata = {
      '@type': 'type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata',
      build: describe(buildId, 'QUEUED'),
    };
    return ok({ name: `operations/build/${project.projectId}/${buildId}`, metadata });
  };

  const describe = (id: string, status: string) => ({
    id,
    status,
    projectId: project.projectId,
    createTime: new Date().toISOString(),
    logUrl: `https://console.cloud.google.com/cloud-build/builds/${id}`,
    options: { logging: 'CLOUD_LOGGING_ONLY' },
    ...(status === 'SUCCESS' && {
      startTime: new Date().toISOString(),
      finishTime: new Date().toISOString(),
    }),
  });

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const url = new URL(request.url ?? '/', 'http://service');
    const body = await readBody(request);
    if (!request.headers.authorization) return failure(401, 'no credentials');
    if (url.pathname.startsWith('/upload/')) return store(request, body, url);
    if (url.pathname === `/storage/v1/b/${project.stagingBucket}`) {
      return ok({ kind: 'storage#bucket', name: project.stagingBucket });
    }
    const builds = `/v1/projects/${project.projectId}/locations/${project.region}/builds`;
    if (url.pathname === builds && request.method === 'POST') return submit(body);
    if (url.pathname.startsWith(`${builds}/`)) {
      return ok(describe(url.pathname.slice(builds.length + 1), 'SUCCESS'));
    }
    return failure(404, `${request.method} ${url.pathname} is not there`);
  };

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error: Error) => send(response, 500, { error: { code: 500, message: error.message } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    buildEndpoint: `${origin}/`,
    storageEndpoint: `${origin}/storage/v1/`,
    submissions: () => submissions,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Reply = Readonly<{ status: number; body: object }>;
const ok = (body: object): Reply => ({ status: 200, body });
const failure = (code: number, message: string): Reply => ({
  status: code,
  body: { error: { code, message, status: code === 400 ? 'INVALID_ARGUMENT' : 'NOT_FOUND' } },
});

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Of a multipart/related upload the part after the metadata: the bytes of the object. */
function lastPart(body: Buffer, contentType: string): Buffer {
  const boundary = /boundary='?"?([^'";]+)/.exec(contentType)?.[1] ?? '';
  const end = body.lastIndexOf(`\n--${boundary}--`);
  const start = body.lastIndexOf(`--${boundary}\n`, end - 1);
  const headersEnd = body.indexOf('\n\n', start) + 2;
  return body.subarray(headersEnd, end);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
