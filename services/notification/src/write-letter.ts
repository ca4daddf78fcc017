import type { HopContext } from '@rollcall/service-kit/actor';
import { userId } from '@rollcall/types/ids';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { Route } from '@rollcall/types/route-definition';
import { mintSecurityNotice } from '@rollcall/types/routes/auth/security-actions';
import { showSecurityActionPage } from '@rollcall/types/routes/console';
import type { MailLink } from './mails/facts.ts';
import { type MailWords, renderHtml, renderText } from './mails/layout.ts';
import { notMe } from './mails/not-me.ts';
import { contestable, isLinkMail, type LinkMailKind, linkMails, notices } from './mails/templates.ts';
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
    const words = notices[kind]({ happenedAt, ipAddress: facts.ipAddress, userAgent: facts.userAgent });
    const url = contestable.has(kind) ? await mintTakingBack(ports, mail) : undefined;
    return url === undefined ? words : { ...words, ...notMe(url) };
  }
  const link = await mintLink(ports, kind, mail);
  return link && linkMails[kind].template(link);
};

const mintLink = async (ports: Ports, kind: LinkMailKind, mail: Mail): Promise<MailLink | undefined> => {
  const { requestId } = mail;
  if (requestId === null) return undefined;
  const { mint, page } = linkMails[kind];
  const minted = await ports.client.call(mint, { params: { requestId }, context: contextOf(mail) });
  const secret = mintedBy(minted);
  if (!secret) return undefined;
  const code = 'code' in secret ? secret.code : undefined;
  return { url: linkTo(ports, page, secret.token), code, expiresAt: new Date(secret.expiresAt) };
};

/** Where whoever did not do it takes it back; undefined where nobody may sign in any more, or it was taken back before. */
const mintTakingBack = async (ports: Ports, mail: Mail): Promise<string | undefined> => {
  const minted = await ports.client.call(mintSecurityNotice, {
    params: { noticeId: mail.id },
    body: { userId: userId.parse(mail.userId), happenedAt: mail.happenedAt.toISOString() },
    context: contextOf(mail),
  });
  const secret = mintedBy(minted);
  return secret && linkTo(ports, showSecurityActionPage, secret.token);
};

/** Nobody acts here, but it goes on with what somebody asked for. */
const contextOf = ({ correlationId, traceparent }: Mail): HopContext => ({
  requestId: correlationId,
  actor: null,
  ipAddress: '',
  userAgent: '',
  ...(traceparent === null ? {} : { traceparent }),
});

/** @throws when there is no answer yet: the mail is tried again. */
const mintedBy = <Secret>(minted: { readonly body: Secret } | Refusal): Secret | undefined => {
  if (!isRefusal(minted)) return minted.body;
  if (minted.refused === 'not_found') return undefined;
  throw new Error(`no secret was minted: ${minted.refused}`);
};

const linkTo = ({ config }: Ports, { path }: Route, token: string): string => {
  const url = new URL(path, config.publicUrl);
  url.searchParams.set('token', token);
  return url.href;
};
