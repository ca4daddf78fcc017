import { waitFor } from './wait-for.ts';

export interface Mail {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
}

/** The mails a stack has sent, as its mail catcher took them. */
export const createMailbox = (mailUrl: string) => {
  const all = async (to: string): Promise<Mail[]> => {
    const response = await fetch(`${mailUrl}/api/messages?to=${encodeURIComponent(to)}`);
    const { items }: { items: Mail[] } = JSON.parse(await response.text());
    return items;
  };
  return {
    all,
    /** The newest mail to an address whose subject matches, once it is there. */
    waitForMail: (to: string, subject: RegExp, milliseconds?: number): Promise<Mail> =>
      waitFor(
        `a mail to ${to} about ${subject}`,
        async () => (await all(to)).find((mail) => subject.test(mail.subject)),
        milliseconds,
      ),
  };
};

/** The secret in a mailed link. */
export const tokenIn = (mail: Mail): string => {
  const token = /[?&]token=([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])/.exec(mail.text)?.[1];
  if (token === undefined) throw new Error(`no token in the mail "${mail.subject}"`);
  return token;
};
