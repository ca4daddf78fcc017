import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import PostalMime from 'postal-mime';

/**
 * @typedef {object} Mail
 * @property {string} id
 * @property {string} from
 * @property {string[]} to the addresses it was delivered to, hidden ones too
 * @property {string} subject
 * @property {string} date when it arrived
 * @property {string} text
 * @property {string} html
 * @property {string} messageId
 * @property {Record<string, string>} headers by lower-case name
 */

/** So many mails are kept; older ones make room. */
const KEPT = 500;

/**
 * The mails that were caught, newest first; a file each, so that a link in one works after a restart too.
 * @param {string} folder
 */
export function createMailbox(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let mails = readMails(folder);

  /** @param {readonly Mail[]} gone */
  const remove = async (gone) => {
    for (const mail of gone) await rm(fileOf(folder, mail), { force: true });
  };

  return {
    /**
     * @param {Buffer} raw
     * @param {{ from: string, to: string[] }} envelope
     */
    receive: async (raw, envelope) => {
      const mail = await parseMail(raw, envelope);
      await writeFile(fileOf(folder, mail), JSON.stringify(mail), { mode: 0o600 });
      mails = [mail, ...mails];
      await remove(mails.splice(KEPT));
    },
    /**
     * The mails to an address, or all.
     * @param {string} [address]
     */
    list: (address) => {
      const wanted = address?.trim().toLowerCase();
      return wanted ? mails.filter((mail) => mail.to.some((to) => to.toLowerCase() === wanted)) : mails;
    },
    /** @param {string} id */
    find: (id) => mails.find((mail) => mail.id === id),
    clear: () => remove(mails.splice(0)),
  };
}

/** @typedef {ReturnType<typeof createMailbox>} Mailbox */

/**
 * @param {string} folder
 * @param {Pick<Mail, 'id' | 'date'>} mail
 */
function fileOf(folder, { id, date }) {
  // In the order in which they came; colons are not for every file system.
  return path.join(folder, `${date.replaceAll(':', '-')} ${id}.json`);
}

/**
 * @param {string} folder
 * @returns {Mail[]}
 */
function readMails(folder) {
  return readdirSync(folder)
    .sort()
    .reverse()
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(path.join(folder, name), 'utf8'))];
      } catch {
        // Cut off in the middle: whoever sent it was not told that it had arrived.
        return [];
      }
    });
}

/**
 * @param {Buffer} raw
 * @param {{ from: string, to: string[] }} envelope
 * @returns {Promise<Mail>}
 */
async function parseMail(raw, envelope) {
  const parsed = await PostalMime.parse(raw);
  return {
    id: randomUUID(),
    from: parsed.from
      ? parsed.from.name
        ? `${parsed.from.name} <${parsed.from.address}>`
        : (parsed.from.address ?? '')
      : envelope.from,
    to: envelope.to,
    subject: parsed.subject ?? '',
    date: new Date().toISOString(),
    text: parsed.text ?? '',
    html: parsed.html ?? '',
    messageId: parsed.messageId ?? '',
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key.toLowerCase(), value])),
  };
}
