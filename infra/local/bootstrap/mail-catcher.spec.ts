import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startMailCatcher } from './mail-catcher.mjs';
import { createMailPage } from './mail-page.mjs';
import type { Mail } from './mailbox.mjs';
import { createMailbox } from './mailbox.mjs';

function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'rollcall-mail-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function started(folder = temporaryFolder()) {
  const catcher = await startMailCatcher({ pagePort: 0, folder });
  onTestFinished(() => catcher.stop());
  return { ...catcher, page: `http://127.0.0.1:${catcher.pagePort}` };
}

/** Speaks SMTP as the simplest client would. */
async function send(port: number, to: string[], message: string) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const steps = ['EHLO x', 'MAIL FROM:<no-reply@rollcall.localhost>', ...to.map((address) => `RCPT TO:<${address}>`)];
  for (const line of [...steps, 'DATA', `${message.replaceAll('\n', '\r\n')}\r\n.`, 'QUIT']) {
    await once(socket, 'data');
    socket.write(`${line}\r\n`);
  }
  await once(socket, 'close');
}

const verification = `From: Rollcall <no-reply@rollcall.localhost>
To: Ada <ada@example.com>
Subject: Verify <b>your</b> address
Message-ID: <1@rollcall.localhost>
X-Rollcall-Kind: verify
Content-Type: text/plain; charset=utf-8

Open http://localhost:8080/verify?token=a&b=1. Thanks <script>alert(1)</script>
`;

async function itemsOf(page: string, query = ''): Promise<Mail[]> {
  const answer = (await (await fetch(`${page}/api/messages${query}`)).json()) as { items: Mail[] };
  return answer.items;
}

it('keeps every mail, and answers those to one address', async () => {
  const { smtpPort, page } = await started();
  await send(smtpPort, ['Ada@example.com'], verification);
  await send(smtpPort, ['bob@example.com', 'eve@example.com'], 'Subject: second\n\nhello');
  expect((await itemsOf(page)).map((mail) => mail.subject)).toEqual(['second', 'Verify <b>your</b> address']);
  expect(await itemsOf(page, '?to=eve@example.com')).toHaveLength(1);
  const [mail] = await itemsOf(page, '?to=ada@example.com');
  expect(mail).toMatchObject({
    from: 'Rollcall <no-reply@rollcall.localhost>',
    to: ['Ada@example.com'],
    messageId: '<1@rollcall.localhost>',
    headers: { 'x-rollcall-kind': 'verify' },
  });
  expect(mail?.text).toContain('token=a&b=1');
  expect(await (await fetch(`${page}/api/messages/${mail?.id}`)).json()).toEqual(mail);
});

it('has them after a restart, and passes over what was cut off', async () => {
  const folder = temporaryFolder();
  const first = await started(folder);
  await send(first.smtpPort, ['ada@example.com'], verification);
  await send(first.smtpPort, ['bob@example.com'], 'Subject: second\n\nhello');
  const items = await itemsOf(first.page);
  writeFileSync(path.join(folder, '2999 cut.json'), '{"id":');
  expect(items).toHaveLength(2);
  expect(await itemsOf((await started(folder)).page)).toEqual(items);
});

it('forgets them when asked to', async () => {
  const { smtpPort, page } = await started();
  await send(smtpPort, ['ada@example.com'], verification);
  expect((await fetch(`${page}/api/messages`, { method: 'DELETE' })).status).toBe(204);
  expect(await itemsOf(page)).toEqual([]);
});

it('shows a mail with its links, and nothing of it as markup', async () => {
  const { smtpPort, page } = await started();
  await send(smtpPort, ['ada@example.com'], verification);
  const [mail] = await itemsOf(page);
  const shown = await (await fetch(`${page}/messages/${mail?.id}`)).text();
  expect(shown).toContain('<a href="http://localhost:8080/verify?token=a&amp;b=1" target="_blank"');
  expect(shown).toContain('Verify &lt;b&gt;your&lt;/b&gt; address');
  expect(shown).not.toContain('<script');
  expect(await (await fetch(page)).text()).not.toContain('<b>');
});

it('shows the HTML of a mail where it can neither run nor fetch anything', async () => {
  const mailbox = createMailbox(temporaryFolder());
  const html = 'Subject: x\nContent-Type: text/html\n\n<script>alert(1)</script><a href="http://x">x</a>';
  await mailbox.receive(Buffer.from(html), { from: '', to: ['ada@example.com'] });
  const response = await createMailPage(mailbox).request(`http://localhost/messages/${mailbox.list()[0]?.id}/html`);
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain('sandbox allow-popups');
  expect(policy).not.toContain('allow-scripts');
  expect(policy).toContain("default-src 'none'");
});

it.each(['/', '/api/messages'])('answers %s to nobody who comes by another name', async (path) => {
  const page = createMailPage(createMailbox(temporaryFolder()));
  expect((await page.request(`http://evil.example${path}`)).status).toBe(403);
  expect((await page.request(`http://localhost${path}`)).status).toBe(200);
});

it('keeps the newest 500', async () => {
  const mailbox = createMailbox(temporaryFolder());
  for (let number = 0; number < 510; number += 1) {
    await mailbox.receive(Buffer.from(`Subject: ${number}\n\nx`), { from: '', to: ['ada@example.com'] });
  }
  expect(mailbox.list()).toHaveLength(500);
  expect(mailbox.list()[0]?.subject).toBe('509');
});
