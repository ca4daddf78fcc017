import { createServer } from 'node:net';
import { email } from '@rollcall/types/people';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml, renderText } from './mails/layout.ts';
import { newSignIn } from './mails/new-sign-in.ts';
import { createPostOffice, type Letter } from './post-office.ts';
import { type ScriptedMailServer, startScriptedMailServer } from './testing/scripted-mail-server.ts';

let server: ScriptedMailServer;
const letter: Letter = {
  messageId: 'mail-1@rollcall.test',
  address: 'ada@example.com',
  subject: 'A subject',
  text: 'Some text',
  html: '<p>Some text</p>',
};

beforeAll(async () => {
  server = await startScriptedMailServer();
});
afterAll(() => server.stop());

const send = (changed: Partial<Letter>) =>
  createPostOffice({ smtpUrl: server.url, sender: { name: 'Rollcall', address: 'no-reply@rollcall.test' } }).send({
    ...letter,
    ...changed,
  });

/** What the client said outside the message itself. */
const commands = (transcript: string | undefined): string[] =>
  (transcript ?? '')
    .replace(/(DATA\r\n)[\s\S]*?\r\n\.\r\n/, '$1')
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/[ :]/, 1)[0] ?? '');

const recipients = (transcript = ''): string[] => transcript.match(/^RCPT.*(?=\r$)/gm) ?? [];

// QUIT comes when the mail is long taken, so it may not have come yet.
const expectedCommands = ['EHLO', 'MAIL', 'RCPT', 'DATA'];

describe('an address that the schema takes (N56)', () => {
  it.each([
    'ada@example.com',
    "o'hara+tag@mail.example.co.uk",
    'a_b-c.d@xn--bcher-kva.example',
    'UPPER@Example.COM',
    '-dash@example.com',
    `${'a'.repeat(64)}@example.com`,
  ])('%s is the one recipient', async (address) => {
    expect(email.safeParse(address).success).toBe(true);
    await send({ address });
    const [mailbox, domain] = address.split('@');
    // The case of a domain means nothing, and the library writes it small.
    expect(recipients(server.transcripts.at(-1))).toEqual([`RCPT TO:<${mailbox}@${domain?.toLowerCase()}>`]);
  });
});

describe('an address made to reach somebody else (N56)', () => {
  it.each([
    'a@b.co, evil@x.co',
    'a@b.co;evil@x.co',
    'a@b.co\r\nRCPT TO:<evil@x.co>',
    'a@b.co\nBcc: evil@x.co',
    'a@b.co\0evil@x.co',
    '"a@b.co"<evil@x.co>',
    '"evil@x.co x"@b.co',
    'ada <evil@x.co>',
    'a(evil@x.co)@b.co',
    'group: a@b.co, evil@x.co;',
    'ada@b.co\u2028evil@x.co',
    'ada@\u0435xample.com',
  ])('%j never gets past the schema', (address) => {
    expect(email.safeParse(address).success).toBe(false);
  });

  it.each(['(', '<', '"', ',', 'a.', 'a@'])('50,000 times %j is refused within 50 ms', (part) => {
    const began = performance.now();
    expect(email.safeParse(`${part.repeat(50_000)}a@b.co`).success).toBe(false);
    expect(performance.now() - began).toBeLessThan(50);
  });
});

describe('text that a stranger chose (N57)', () => {
  const attacks = [
    '\r\n.\r\nRCPT TO:<evil@x.co>\r\n',
    '\n.\nMAIL FROM:<evil@x.co>\n',
    '\0',
    '\r\nBcc: evil@x.co\r\n\r\n',
  ];

  it.each(attacks)('%j stays inside the message', async (attack) => {
    const words = newSignIn({ happenedAt: new Date(), ipAddress: `1${attack}`, userAgent: `2${attack}` });
    const addressing = { username: `3${attack}`, publicUrl: `http://rollcall.test/${attack}` };
    await send({
      subject: `Subject${attack}`,
      text: renderText({ ...words, closing: attack }, addressing),
      html: renderHtml({ ...words, closing: attack }, addressing),
    });
    expect(commands(server.transcripts.at(-1)).filter((command) => command !== 'QUIT')).toEqual(expectedCommands);
    const received = server.received.at(-1);
    expect(received?.to).toEqual(['ada@example.com']);
    const read = await PostalMime.parse(received?.raw ?? '');
    expect(read.bcc).toBeUndefined();
    expect(read.headers.map(({ key }) => key).sort()).toEqual(
      ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].sort(),
    );
  });
});

describe('a server that does not answer well', () => {
  it('is given up within seconds', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const office = createPostOffice({
      smtpUrl: `smtp://127.0.0.1:${port}`,
      sender: { name: '', address: 'no-reply@rollcall.test' },
    });
    const began = Date.now();
    await expect(office.send(letter)).rejects.toMatchObject({ name: 'DeliveryError', code: 'ETIMEDOUT' });
    expect(Date.now() - began).toBeLessThan(15_000);
    silent.close();
  });

  it('says in its errors nothing of what the server said', async () => {
    server.script.recipient.push(550);
    await expect(send({})).rejects.toMatchObject({
      name: 'LetterRejectedError',
      message: 'the mail server did not take a mail: EENVELOPE 550 RCPT TO',
    });
  });
});
