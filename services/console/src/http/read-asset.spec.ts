import { describe, expect, it } from 'vitest';
import { startConsoleUnderTest } from '../testing/console-under-test.ts';

const { get } = await startConsoleUnderTest();

describe('200', () => {
  it.each([
    ['style.css', 'text/css; charset=utf-8'],
    ['api.js', 'text/javascript; charset=utf-8'],
    ['webauthn.js', 'text/javascript; charset=utf-8'],
  ])('%s is what it is, and is asked for anew each time', async (file, type) => {
    const { status, headers, text } = await get(`/assets/${file}`);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, type, 'no-cache']);
    expect(text.length).toBeGreaterThan(100);
  });
});

describe('304', () => {
  it('to whoever has just that', async () => {
    const { headers } = await get('/assets/style.css');
    const again = await get('/assets/style.css', { 'if-none-match': headers.get('etag') ?? '' });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get('/assets/style.css', { 'if-none-match': '"another"' })).status).toBe(200);
  });
});

describe('404', () => {
  it('there is nothing of that name', async () => {
    expect((await get('/assets/none.js')).status).toBe(404);
  });
});

describe('400', () => {
  it.each(['tsconfig.json', '..%2fmain.js', 'constructor', 'return-to.spec.ts', 'STYLE.css'])(
    '%s is no name of an asset',
    async (file) => {
      expect((await get(`/assets/${file}`)).status).toBe(400);
    },
  );
});
