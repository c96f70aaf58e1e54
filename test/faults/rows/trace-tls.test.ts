import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { portOf } from '../links.ts';

let close = () => {};

faultRow({
  name: 'Cloud Trace ends the handshake of TLS and says nothing more, and nothing is lost',
  system: { env: { all: { OTEL_BSP_EXPORT_TIMEOUT: byForm('1000', '5000') } } },
  load: { perSecond: byForm(10, 30), seconds: byForm(6, 30) },
  fault: {
    afterSeconds: 1,
    forSeconds: byForm(3, 20),
    async start({ cloud, links }) {
      const sockets: Socket[] = [];
      const certificate = await cloud.authority.issue(['localhost']);
      const server = createServer({ ...certificate, ALPNProtocols: ['h2'] }, (socket) => {
        sockets.push(socket.on('error', () => {}).resume());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      links.trace.target((server.address() as AddressInfo).port);
      await links.trace.set('reset');
      await links.trace.set('pass');
      close = () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      };
    },
    stop({ cloud, links }) {
      links.trace.target(portOf(cloud.traceWriteAddress));
      close();
    },
  },
  expect: {},
});
