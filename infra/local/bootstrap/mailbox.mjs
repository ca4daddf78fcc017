import { randomUUID } from 'node:crypto';
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

/** The mails that were caught, newest first, in memory. */
export function createMailbox() {
  /** @type {Mail[]} */
  let mails = [];
  return {
    /**
     * @param {Buffer} raw
     * @param {{ from: string, to: string[] }} envelope
     */
    receive: async (raw, envelope) => {
      const mail = await parseMail(raw, envelope);
      mails = [mail, ...mails].slice(0, KEPT);
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
    clear: () => {
      mails = [];
    },
  };
}

/** @typedef {ReturnType<typeof createMailbox>} Mailbox */

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
