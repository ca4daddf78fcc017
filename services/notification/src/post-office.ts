import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Config } from './config.ts';

/** A mail as it goes out; `address` has passed the strict schema. */
export interface Letter {
  readonly messageId: string;
  readonly address: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface PostOffice {
  /**
   * Resolves once the mail server has taken the letter.
   *
   * @throws {LetterRejectedError} when it never will.
   * @throws {DeliveryError} when it did not this time.
   */
  send(letter: Letter): Promise<void>;
}

/** The mail server did not take a letter. Holds codes only: what servers say repeats the recipient's address. */
export class DeliveryError extends Error {
  readonly code: string;
  readonly responseCode: number | undefined;
  readonly command: string | undefined;

  constructor(code: string, responseCode: number | undefined, command: string | undefined) {
    super(`the mail server did not take a mail: ${[code, responseCode, command].filter(Boolean).join(' ')}`);
    this.name = new.target.name;
    this.code = code;
    this.responseCode = responseCode;
    this.command = command;
  }
}

/** The mail server refused this very letter for good. */
export class LetterRejectedError extends DeliveryError {}

const phaseMilliseconds = 10_000;
/** However slowly a server drips: other mails wait for their turn. */
const wholeMilliseconds = 30_000;

/** Sends through the mail server of the configuration, over a connection for each letter. */
export const createPostOffice = ({ smtpUrl, sender }: Pick<Config, 'smtpUrl' | 'sender'>): PostOffice => {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: phaseMilliseconds,
    greetingTimeout: phaseMilliseconds,
    socketTimeout: phaseMilliseconds,
    dnsTimeout: phaseMilliseconds,
  });
  return {
    async send({ messageId, address, subject, text, html }) {
      try {
        await transport.sendMail({
          messageId: `<${messageId}>`,
          from: sender,
          // As an object it is taken for one address and never parsed; mail libraries have been talked into others.
          to: { name: '', address },
          envelope: { from: sender.address, to: [address] },
          subject,
          text,
          html,
          // RFC 3834: vacation notices and the like do not answer such a mail.
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal: AbortSignal.timeout(wholeMilliseconds),
        });
      } catch (error) {
        throw deliveryError(error);
      }
    },
  };
};

const smtpFailure = z.object({
  code: z.string().catch('unknown'),
  responseCode: z.number().optional().catch(undefined),
  command: z.string().optional().catch(undefined),
});

const deliveryError = (error: unknown): DeliveryError => {
  const { code, responseCode, command } = smtpFailure.catch({ code: 'unknown' }).parse(error);
  const kind = isAboutTheLetter(responseCode, command) ? LetterRejectedError : DeliveryError;
  return new kind(code, responseCode, command);
};

// A 5xx to the greeting, to STARTTLS, to our login or to our sender speaks of the configuration: an operator mends it,
// and until then no mail is lost. RFC 5321 section 4.2.4: 503 says that the session, not the letter, was wrong.
const isAboutTheLetter = (responseCode: number | undefined, command: string | undefined): boolean =>
  (command === 'RCPT TO' || command === 'DATA') &&
  responseCode !== undefined &&
  responseCode >= 500 &&
  responseCode !== 503;
