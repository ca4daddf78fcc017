// The baseline: reads a body, parses it as JSON, and answers every time with what a check is answered with.
import { createServer } from 'node:http';

const type = { 'content-type': 'application/json' };
const constant = '{"allowed":true,"revision":1}';

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { object } = JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(typeof object === 'string' ? 200 : 400, { ...type, 'content-length': constant.length });
    response.end(constant);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0);
});
