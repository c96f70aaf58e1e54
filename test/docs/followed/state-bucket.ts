import { startHttpService } from '../../../tools/local/cloud/http-service.ts';

/** A bucket of Cloud Storage, as far as terraform's backend `gcs` keeps a state in it. */
export async function startStateBucket() {
  const objects = new Map<string, Buffer>();
  const service = await startHttpService(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://bucket');
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const reply = (status: number, body: string | Buffer) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    const describe = (name: string) =>
      JSON.stringify({ kind: 'storage#object', name, generation: '1', metageneration: '1' });
    const uploaded = url.searchParams.get('name');
    if (request.method === 'POST' && uploaded !== null) {
      // multipart/related: the metadata, then the object
      const [, , object = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      objects.set(uploaded, Buffer.from(object.replace(/\r\n--[^\r\n]*--\s*$/, '')));
      return void reply(200, describe(uploaded));
    }
    const path = decodeURIComponent(url.pathname);
    if (path.endsWith('/o')) {
      const items = [...objects.keys()].map((name) => ({ name }));
      return void reply(200, JSON.stringify({ kind: 'storage#objects', items }));
    }
    const name = /^\/(?:storage\/v1\/b\/[^/]+\/o|[^/]+)\/(.+)$/.exec(path)?.[1] ?? '';
    const object = objects.get(name);
    if (object === undefined) return void reply(404, '{"error":{"code":404}}');
    if (request.method === 'DELETE') {
      objects.delete(name);
      return void response.writeHead(204).end();
    }
    response.setHeader('x-goog-generation', '1');
    reply(200, path.startsWith('/storage/') ? describe(name) : object);
  });
  return { ...service, names: () => [...objects.keys()] };
}
