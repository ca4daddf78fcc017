// Stands behind a gateway: answers everything with the same few bytes, and what a gateway itself asks for.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const type = { 'content-type': 'application/json' };
const answers = new Map([
  ['/.well-known/jwks.json', process.env.JWKS ?? '{"keys":[]}'],
  ['/internal/revocations', '{"head":0,"items":[]}'],
  ...(process.env.GRAPH
    ? /** @type {const} */ ([
        ['/internal/access/graph', readFileSync(process.env.GRAPH, 'utf8')],
        ['/internal/access/changes', process.env.CHANGES ?? ''],
      ])
    : []),
]);
const constant = '{"items":[{"id":"female"},{"id":"male"},{"id":"other"}],"nextCursor":null}';

const server = createServer((request, response) => {
  const path = request.url?.split('?', 1)[0] ?? '';
  const text = answers.get(path) ?? constant;
  response.writeHead(200, { ...type, 'content-length': Buffer.byteLength(text) }).end(text);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(address !== null && typeof address === 'object' ? address.port : 0);
});
