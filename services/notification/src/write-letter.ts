import { isRefusal } from '@rollcall/types/problems';
import type { MailLink } from './mails/facts.ts';
import { type MailWords, renderHtml, renderText } from './mails/layout.ts';
import { isLinkMail, type LinkMailKind, linkMails, notices } from './mails/templates.ts';
import type { OpenedFacts } from './open-facts.ts';
import type { Ports } from './ports.ts';
import type { Letter } from './post-office.ts';
import type { Mail } from './store/mails.ts';

/**
 * Writes a mail out, with the secret of its request where it has one.
 *
 * @returns undefined when the request behind the mail is void: used, lapsed or unknown.
 */
export const writeLetter = async (ports: Ports, mail: Mail, facts: OpenedFacts): Promise<Letter | undefined> => {
  const words = await wordsOf(ports, mail, facts);
  if (!words) return undefined;
  // From the configuration only: a request's headers name whatever host their sender likes.
  const { publicUrl } = ports.config;
  const addressing = { username: facts.username, publicUrl };
  return {
    messageId: messageIdOf(mail, publicUrl),
    address: facts.email,
    subject: words.subject,
    text: renderText(words, addressing),
    html: renderHtml(words, addressing),
  };
};

/** The same at every attempt, so that a mail server or a reader can tell a second copy from a second mail. */
export const messageIdOf = ({ id }: Pick<Mail, 'id'>, publicUrl: string): string =>
  `${id}@${new URL(publicUrl).hostname}`;

const wordsOf = async (ports: Ports, mail: Mail, facts: OpenedFacts): Promise<MailWords | undefined> => {
  const { kind, happenedAt } = mail;
  if (!isLinkMail(kind)) {
    return notices[kind]({ happenedAt, ipAddress: facts.ipAddress, userAgent: facts.userAgent });
  }
  const link = await mintLink(ports, kind, mail);
  return link && linkMails[kind].template(link);
};

const mintLink = async (
  { client, config }: Ports,
  kind: LinkMailKind,
  { requestId, correlationId, traceparent }: Mail,
): Promise<MailLink | undefined> => {
  if (requestId === null) return undefined;
  const { mint, page } = linkMails[kind];
  // Nobody acts here, but it goes on with what somebody asked for.
  const trace = traceparent === null ? {} : { traceparent };
  const context = { requestId: correlationId, actor: null, ipAddress: '', userAgent: '', ...trace };
  const minted = await client.call(mint, { params: { requestId }, context });
  if (isRefusal(minted)) {
    if (minted.refused === 'not_found') return undefined;
    throw new Error(`no secret was minted: ${minted.refused}`);
  }
  const url = new URL(page.path, config.publicUrl);
  url.searchParams.set('token', minted.body.token);
  const code = 'code' in minted.body ? minted.body.code : undefined;
  return { url: url.href, code, expiresAt: new Date(minted.body.expiresAt) };
};
