import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { reservePort } from '../../../../tools/local/platforms/ports.ts';

async function reserve(t: TestContext, draw?: () => number) {
  const reserved = await reservePort(draw);
  t.after(reserved.release);
  return reserved;
}

/** Draws the port itself again, then others. */
function drawFirst(port: number): () => number {
  let drawn = false;
  return () => {
    if (drawn) return Math.random();
    drawn = true;
    return (port + 0.5 - 20_000) / 6_000;
  };
}

async function listen(t: TestContext, port: number, host: string) {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

describe('reservePort', () => {
  it('gives a port below those that the system hands out, on which a program can listen', async (t) => {
    const { port } = await reserve(t);
    assert.ok(port >= 20_000 && port < 26_000);
    await listen(t, port, '127.0.0.1');
  });

  it('gives none twice until it is released', async (t) => {
    const first = await reserve(t);
    const second = await reserve(t, drawFirst(first.port));
    assert.notEqual(second.port, first.port);
    first.release();
    assert.equal((await reserve(t, drawFirst(first.port))).port, first.port);
  });

  it('gives none that another process has reserved, whose program is still to listen', async (t) => {
    const { port } = await reserve(t);
    // A second copy of the module knows as little of the first as another process does.
    const copy: string = new URL('../../../../tools/local/platforms/ports.ts?copy', import.meta.url)
      .href;
    const other: { reservePort: typeof reservePort } = await import(copy);
    const second = await other.reservePort(drawFirst(port));
    t.after(second.release);
    assert.notEqual(second.port, port);
  });

  for (const host of ['127.0.0.1', '0.0.0.0']) {
    it(`gives none that somebody listens on, at ${host}`, async (t) => {
      const { port, release } = await reserve(t);
      await listen(t, port, host);
      release();
      assert.notEqual((await reserve(t, drawFirst(port))).port, port);
    });
  }

  it('says so where there is none', async (t) => {
    const { port } = await reserve(t);
    const always = () => (port + 0.5 - 20_000) / 6_000;
    await assert.rejects(reservePort(always), /no free port between 20000 and 26000/);
  });
});
