import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pages } from '../pages/pages.ts';
import { startConsoleUnderTest } from '../testing/console-under-test.ts';

const { get } = await startConsoleUnderTest();

describe.each(pages.map(({ route }) => [route.path]))('%s', (path) => {
  it('runs and shows what comes from our own origin and nothing else, and sends its address nowhere', async () => {
    const { status, headers, text } = await get(`${path}?token=abc`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      'img-src data:',
      "connect-src 'self'",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // No handler, style or script in the page itself: all of them would be refused.
    expect(text).not.toMatch(/\son\w+=|\sstyle=|<style|javascript:|<script(?! [^>]*src="\/assets\/)/);
  });

  it('loads nothing that is not there', async () => {
    const { text } = await get(path);
    const loaded = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, target = '']) => target);
    expect(loaded.length).toBeGreaterThanOrEqual(2);
    for (const target of loaded) expect([target, (await get(target)).status]).toEqual([target, 200]);
  });

  it('is the same whatever the address says: nothing of it gets into the page', async () => {
    const plain = await get(path);
    const attack = encodeURIComponent('"><script>alert(1)</script>');
    const asked = await get(`${path}?token=${attack}&returnTo=${attack}&interaction=${attack}&anything=${attack}`);
    expect(asked.text).toBe(plain.text);
    expect(asked.headers.getSetCookie()).toEqual([]);
  });

  it('names every field for those who cannot see it, and says what happens where they hear it', async () => {
    const { text } = await get(path);
    const fields = text.match(/<input\b(?![^>]*\shidden)/g) ?? [];
    const labelled = (text.match(/<label[^>]*>.*?<\/label>/gs) ?? []).join('').match(/<input\b/g) ?? [];
    expect(labelled.length).toBe(fields.length);
    expect(text).toMatch(
      /<html lang="en">.*<title>[^<]+<\/title>.*<main.*<h1.*id="said" role="status" aria-live="polite"/s,
    );
  });
});

it('no form is sent before its script is there, nor ever by the browser itself with what was typed in the address', async () => {
  for (const { route, html } of pages) {
    expect(html.match(/<form(?! method="post")/g), route.path).toBe(null);
    expect(html.match(/<button type="submit"(?! disabled)/g), route.path).toBe(null);
  }
});

it('a password is hidden as it is typed, and password managers and the clipboard may fill it in', async () => {
  const fields = pages.flatMap(({ html }) => html.match(/<input\b[^>]*>/g) ?? []);
  const passwords = fields.filter((field) => /autocomplete="[\w-]*password"|name="(?:password|current)"/.test(field));
  expect(passwords.length).toBeGreaterThan(3);
  for (const field of passwords) {
    expect(field).toContain('type="password"');
    expect(field).toMatch(/autocomplete="(?:current|new)-password"/);
  }
  const folder = new URL('../assets/', import.meta.url);
  for (const name of readdirSync(folder)) expect(readFileSync(new URL(name, folder), 'utf8')).not.toMatch(/paste/);
});

it('no script makes markup of text, runs text, or keeps anything in the browser', () => {
  const folder = new URL('../assets/', import.meta.url);
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(2);
  for (const name of scripts) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
    expect(text, name).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie|accessToken|refreshToken/);
  }
});
