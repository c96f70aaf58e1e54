/**
 * A throw-away program for the platforms' tests, quicker to start than the real ones. As `server` it
 * answers gRPC health only; else HTTP: / tells its environment and headers, /crash ends it, /hang
 * never answers, /unhealthy turns its probes to 503, /wait answers at SIGTERM.
 */
import { createServer } from 'node:http';

const { PORT, OTEL_SERVICE_NAME, IGNORE_SIGTERM } = process.env;
const stopped = {
  message: 'telemetry stopped',
  spans: { started: 1, ended: 1, stored: 1, lost: 0 },
};

function onSigterm(end: () => void) {
  process.on('SIGTERM', () => {
    if (IGNORE_SIGTERM) return;
    console.log(JSON.stringify(stopped));
    end();
  });
}

if (OTEL_SERVICE_NAME === 'server') {
  const { Server, ServerCredentials } = await import('@grpc/grpc-js');
  const { HealthImplementation } = await import('grpc-health-check');
  const server = new Server();
  new HealthImplementation({ '': 'SERVING' }).addToServer(server);
  onSigterm(() => server.tryShutdown(() => process.exit()));
  server.bindAsync(`127.0.0.1:${PORT}`, ServerCredentials.createInsecure(), () => {});
} else {
  let healthy = true;
  const server = createServer((request, response) => {
    const { url, headers } = request;
    if (url === '/crash') process.exit(3);
    if (url === '/hang') return;
    if (url === '/unhealthy') healthy = false;
    if (url === '/health' || url === '/ready') response.statusCode = healthy ? 200 : 503;
    const answer = () =>
      response.end(JSON.stringify({ pid: process.pid, env: process.env, headers }));
    if (url === '/wait') {
      process.once('SIGTERM', answer);
      console.log('waiting');
    } else answer();
  });
  onSigterm(() => server.close(() => process.exit()));
  server.listen(Number(PORT), '127.0.0.1');
}
