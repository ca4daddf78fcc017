import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedConnector, type FoundAddress } from './guarded-connector.ts';
import { OutgoingHttp, type OutgoingHttpOptions } from './outgoing-http.ts';
import { OutgoingHttpError } from './outgoing-http-error.ts';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const closing = (server: Server) => ({
  close: () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
});

const serve = async (listener: RequestListener) => {
  const asked: { method: string; url: string; headers: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(closing(server));
  const { port } = server.address() as AddressInfo;
  return { asked, port, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` };
};

const outgoing = (options: Partial<OutgoingHttpOptions> = {}) => {
  const made = new OutgoingHttp({ privateHosts: new Set(), ...options });
  open.push(made);
  return made;
};

const faultOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => new Error('there was an answer'),
    (thrown: unknown) => thrown,
  );
  return error instanceof OutgoingHttpError ? error.fault : error;
};

const fakeNames = (...answers: readonly FoundAddress[][]) => {
  let asked = 0;
  const resolve = async () => answers[Math.min(asked++, answers.length - 1)] ?? [];
  return { resolve, times: () => asked };
};

const at = (address: string): FoundAddress => ({ address, family: address.includes(':') ? 6 : 4 });

describe('a private address (N41)', () => {
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://１２７.0.0.1/',
  ])('is not called as %s', async (address) => {
    expect(await faultOf(outgoing().call(address))).toBe('not_public');
  });

  it.each([
    ['loopback', [at('127.0.0.1')]],
    ['metadata of a cloud', [at('169.254.169.254')]],
    ['IPv6 loopback', [at('::1')]],
    ['a public one and a private one', [at('93.184.216.34'), at('10.0.0.1')]],
  ])('is not called by a name that stands for %s', async (_, addresses) => {
    const { resolve } = fakeNames(addresses);
    expect(await faultOf(outgoing({ resolve }).call('https://idp.example/'))).toBe('not_public');
  });

  it('is not called by a name of the system, with a dot at its end or without', async () => {
    expect(await faultOf(outgoing().call('https://localhost/'))).toBe('not_public');
    expect(await faultOf(outgoing().call('https://localhost./'))).toMatch(/not_public|unreachable/);
  });

  it('is not reached by a name that has become another address (DNS rebinding)', async () => {
    const { asked, port } = await serve((_, response) => response.writeHead(200, { connection: 'close' }).end('once'));
    const { resolve, times } = fakeNames([at('127.0.0.1')], [at('127.0.0.2')]);
    // Here 127.0.0.1 plays the public Internet.
    const isAllowed = (address: string) => address === '127.0.0.1';
    const agent = new Agent({ connect: createGuardedConnector({ resolve, isAllowed, timeoutMilliseconds: 1_000 }) });
    open.push(agent);
    const ask = () => agent.request({ origin: `http://rebinding.example:${port}`, path: '/', method: 'GET' });
    expect(await (await ask()).body.text()).toBe('once');
    // It was resolved once: what was judged is what was connected to.
    expect(times()).toBe(1);
    expect(await faultOf(ask())).toBe('not_public');
    expect(asked).toHaveLength(1);
  });
});

describe('an address', () => {
  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:word@example.com/',
    'data:,x',
    'nothing',
  ])('is not called as %s', async (address) => {
    expect(await faultOf(outgoing().call(address))).toBe('bad_address');
  });

  it('that the operator named is called, private as it is, and no other port of it', async () => {
    const { host, url } = await serve((_, response) => response.end('hello'));
    const other = await serve((_, response) => response.end('secret'));
    const caller = outgoing({ privateHosts: new Set([host]) });
    expect(await (await caller.call(url)).text()).toBe('hello');
    expect(await faultOf(caller.call(other.url))).toBe('bad_address');
    expect(await faultOf(caller.call(`https://${other.host}`))).toBe('not_public');
    expect(other.asked).toEqual([]);
  });
});

describe('a call', () => {
  const calling = async (listener: RequestListener, options: Partial<OutgoingHttpOptions> = {}) => {
    const server = await serve(listener);
    return { ...server, caller: outgoing({ privateHosts: new Set([server.host]), ...options }) };
  };

  it('sends what it is given, and answers whatever the status is', async () => {
    const { asked, caller, url } = await calling((_, response) =>
      response.writeHead(418, { 'x-kind': 'pot' }).end('{}'),
    );
    const answer = await caller.call(`${url}/a?b=c`, { method: 'POST', headers: { 'x-one': '1' }, body: 'text' });
    expect([answer.status, answer.headers.get('x-kind'), await answer.text()]).toEqual([418, 'pot', '{}']);
    expect(asked).toMatchObject([{ method: 'POST', url: '/a?b=c', headers: { 'x-one': '1', 'content-length': '4' } }]);
  });

  it('keeps no cookie and sends none, and lets nobody name another host', async () => {
    const { asked, caller, url } = await calling((_, response) => response.setHeader('set-cookie', 'a=b').end());
    const answer = await caller.call(url, { headers: { cookie: 'c=d', Host: 'inside.example' } });
    await caller.call(url);
    expect(answer.headers.get('set-cookie')).toBeNull();
    for (const { headers } of asked) expect(headers).toMatchObject({ host: new URL(url).host });
    expect(asked.filter(({ headers }) => 'cookie' in headers)).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirection to the inside: %i', async (status) => {
    const inside = await serve((_, response) => response.end('secret'));
    const { caller, url } = await calling((_, response) => response.writeHead(status, { location: inside.url }).end());
    expect(await faultOf(caller.call(url))).toBe('redirected');
    expect(inside.asked).toEqual([]);
  });

  it('takes no answer that is too large, whether it says so or not', async () => {
    const chunk = 'x'.repeat(1_000);
    const said = await calling((_, response) => response.writeHead(200, { 'content-length': '5000' }).write(chunk), {
      sizeLimit: 4_000,
    });
    expect(await faultOf(said.caller.call(said.url))).toBe('too_large');
    const endless = await calling(
      (_, response) => {
        const more = (): unknown => !response.destroyed && response.write(chunk, () => setImmediate(more));
        more();
      },
      { sizeLimit: 4_000 },
    );
    expect(await faultOf(endless.caller.call(endless.url))).toBe('too_large');
  });

  it('waits only so long for an answer that does not come, or comes byte by byte', async () => {
    const silent = await calling(() => undefined, { deadline: 150 });
    expect(await faultOf(silent.caller.call(silent.url))).toBe('too_slow');
    const slow = await calling(
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      { deadline: 150 },
    );
    expect(await faultOf(slow.caller.call(slow.url))).toBe('too_slow');
  });

  it('waits only so long for a name', async () => {
    const caller = outgoing({ resolve: () => new Promise(() => undefined), deadline: 150 });
    expect(await faultOf(caller.call('https://idp.example/'))).toBe('too_slow');
  });

  it('unpacks nothing', async () => {
    const { caller, url } = await calling((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    expect(await faultOf(caller.call(url))).toBe('encoded');
  });

  it('finds no room at a host that has enough of them, and room at another', async () => {
    const { host, url, asked } = await serve((request, response) => {
      if (request.url === '/now') response.end('now');
    });
    const other = await serve((_, response) => response.end('now'));
    const privateHosts = new Set([host, other.host]);
    const caller = outgoing({ privateHosts, atOnce: { inAll: 3, eachHost: 2 }, deadline: 1_000 });
    const waiting = [caller.call(`${url}/never`), caller.call(`${url}/never`)].map(faultOf);
    expect(await faultOf(caller.call(`${url}/now`))).toBe('too_many');
    expect(await (await caller.call(other.url)).text()).toBe('now');
    expect(await Promise.all(waiting)).toEqual(['too_slow', 'too_slow']);
    expect(await (await caller.call(`${url}/now`)).text()).toBe('now');
    expect(asked.filter((one) => one.url === '/now')).toHaveLength(1);
  });

  it('ends with a fault where nobody listens, or what answers is no HTTP', async () => {
    const { host, url } = await serve((request) => request.socket.end('hello\r\n\r\n'));
    const caller = outgoing({ privateHosts: new Set([host, '127.0.0.1:1']) });
    expect(await faultOf(caller.call(url))).toBe('unreachable');
    expect(await faultOf(caller.call('http://127.0.0.1:1/'))).toBe('unreachable');
  });
});
