import type { MailWords } from './layout.ts';

/** What a mail may tell. */
export interface MailFacts {
  /** When what the mail is about happened. */
  readonly happenedAt: Date;
  readonly ipAddress: string | undefined;
  readonly userAgent: string | undefined;
}

/** The link of a mail that has one, and until when it works. */
export interface MailLink {
  readonly url: string;
  /** What can be typed instead, where there is that. */
  readonly code?: string | undefined;
  readonly expiresAt: Date;
}

export type NoticeTemplate = (facts: MailFacts) => MailWords;
export type LinkTemplate = (link: MailLink) => MailWords;

/** A time in words, in UTC: where the reader is we do not know. */
export const inWords = (time: Date): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(time)} UTC`;
