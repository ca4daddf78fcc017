import { gunzipSync } from 'node:zlib';
import { problems } from '@rollcall/types/problems';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayUnderTest, issuer, startGatewayUnderTest } from '../testing/gateway-under-test.ts';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

/** What a page names to be loaded. */
const loadedBy = (html: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target = '']) => target);

describe('GET /docs', () => {
  it('loads everything from here, and everything it loads is here', async () => {
    const { status, text, headers } = await gateway.ask('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const target of loadedBy(text)) {
      expect(target).toMatch(/^\//);
      expect((await gateway.ask(target)).status).toBe(200);
    }
    expect(text).toContain('swagger-ui-bundle.js');
  });

  it('may load nothing from outside, nor run what stands in the page', async () => {
    const policy = (await gateway.ask('/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('tries things with the token that is entered, never with a session that happens to be there', async () => {
    const { text } = await gateway.ask('/docs/start.js');
    expect(text).toContain("credentials: 'omit'");
    expect(text).toContain('validatorUrl: null');
    expect(text).toContain('persistAuthorization: false');
  });

  it('has assets that may be kept for ever, because another version is another address', async () => {
    const [script = ''] = loadedBy((await gateway.ask('/docs')).text).filter((target) => target.endsWith('bundle.js'));
    const answer = await gateway.ask(script, { headers: { 'accept-encoding': 'gzip' } });
    expect(script).toMatch(/\/\d+\.\d+\.\d+\//);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    expect(answer.text).toContain('SwaggerUIBundle');
  });

  it.each(['/docs/assets/', '/docs/assets/../package.json', '/docs/assets/0.0.0/swagger-ui.css', '/docs/index.html'])(
    'has nothing at %s',
    async (path) => {
      const answer = await gateway.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer.status).toBe(404);
    },
  );
});

describe('GET /docs/problems', () => {
  it('has a place for the type of every problem', async () => {
    const { status, text, headers } = await gateway.ask('/docs/problems');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("style-src 'sha256-");
    for (const [code, { title }] of Object.entries(problems)) {
      expect(text).toContain(`id="${code}"`);
      expect(text).toContain(title);
    }
    expect(loadedBy(text)).toEqual(['/docs']);
  });
});

describe('GET /openapi.json', () => {
  it('is the document, at the configured address', async () => {
    const { status, body, headers } = await gateway.ask('/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toMatchObject({ openapi: '3.1.1', servers: [{ url: issuer }] });
  });

  it('is not sent again to whoever has it', async () => {
    const etag = (await gateway.ask('/openapi.json')).headers.get('etag') ?? '';
    for (const seen of [etag, etag.replace('W/', ''), `"x", ${etag}`, '*']) {
      const answer = await gateway.ask('/openapi.json', { headers: { 'if-none-match': seen } });
      expect([seen, answer.status, answer.text, answer.headers.get('etag')]).toEqual([seen, 304, '', etag]);
    }
    expect((await gateway.ask('/openapi.json', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });

  it('is packed only for who takes it packed', async () => {
    for (const [accepted, packed] of [
      ['gzip', true],
      ['br, gzip;q=0.5', true],
      ['gzip;q=0', false],
      ['identity', false],
      ['xgzip', false],
    ] as const) {
      const request = `GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: ${accepted}\r\n\r\n`;
      const { head, body } = await gateway.raw(request);
      expect([accepted, head.includes('content-encoding: gzip')]).toEqual([accepted, packed]);
      const text = packed ? gunzipSync(Buffer.from(body, 'latin1')).toString() : body;
      expect(text).toContain('"openapi":"3.1.1"');
    }
  });
});
