import { once } from 'node:events';
import { createAdaptorServer } from '@hono/node-server';
import { SMTPServer } from 'smtp-server';
import { createMailPage } from './mail-page.mjs';
import { createMailbox } from './mailbox.mjs';
import { portFailure } from './ports.mjs';

/** @import { Mailbox } from './mailbox.mjs' */

export const MAIL_PAGE = { variable: 'MAIL_PORT', purpose: 'the mail page' };

/**
 * Takes every mail, delivers none, and shows them on a page. Both servers listen on the loopback interface unless told.
 * @param {{ pagePort: number, smtpPort?: number, host?: string, folder: string }} options 0 means any free port; the mails are kept in the folder
 */
export async function startMailCatcher({ pagePort, smtpPort = 0, host = '127.0.0.1', folder }) {
  const mailbox = createMailbox(folder);
  const page = createAdaptorServer({ fetch: createMailPage(mailbox).fetch });
  try {
    page.listen(pagePort, host);
    await once(page, 'listening');
  } catch (error) {
    throw portFailure(error, pagePort, MAIL_PAGE);
  }
  const smtp = createSmtpServer(mailbox);
  smtp.listen(smtpPort, host);
  await once(smtp.server, 'listening');
  return {
    pagePort: portOf(page),
    smtpPort: portOf(smtp.server),
    stop: async () => {
      if ('closeAllConnections' in page) page.closeAllConnections();
      page.close();
      await new Promise((resolve) => smtp.close(() => resolve(undefined)));
    },
  };
}

/** @param {Mailbox} mailbox */
function createSmtpServer(mailbox) {
  const smtp = new SMTPServer({
    name: 'rollcall.localhost',
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: 25 * 1024 * 1024,
    closeTimeout: 1_000,
    onData: (stream, session, done) => {
      /** @type {Buffer[]} */
      const chunks = [];
      const { mailFrom, rcptTo } = session.envelope;
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
        mailbox.receive(Buffer.concat(chunks), envelope).then(() => done(), done);
      });
    },
  });
  // A client that goes away in the middle of a mail is no reason to end.
  smtp.on('error', () => {});
  return smtp;
}

/** @param {{ address: () => import('node:net').AddressInfo | string | null }} server */
function portOf(server) {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
