import { commonVariables, type Environment, readVariables } from '@rollcall/service-kit/environment';
import { email } from '@rollcall/types/people';
import { line } from '@rollcall/types/text';
import { z } from 'zod';

/** `Name <address>`, or the address alone. */
const sender = z.string().transform((text, context) => {
  const [, name = '', address = text] = /^([^<>]*)<([^<>]+)>$/.exec(text) ?? [];
  const parsed = z.object({ name: line({ max: 100 }), address: email }).safeParse({ name: name.trim(), address });
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'must be an e-mail address, or Name <address>' });
  return z.NEVER;
});

export const variables = {
  ...commonVariables,
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).meta({
    description: 'the mail server; smtps, or smtp with ?requireTLS=true, never sends in the clear',
  }),
  MAIL_FROM: sender.meta({ description: 'sender of every mail: an address, or Name <address>' }),
};

const second = 1_000;
const minute = 60 * second;

/** @throws {ConfigurationError} naming every variable that is missing or malformed. */
export const toConfig = (environment: Environment) => {
  const { SMTP_URL, MAIL_FROM, ...common } = readVariables(variables, environment);
  return {
    common,
    publicUrl: common.PUBLIC_URL,
    smtpUrl: SMTP_URL,
    sender: MAIL_FROM,
    /** The first wait after a failure; each further one is twice as long, up to the longest. */
    firstRetryMilliseconds: second,
    longestRetryMilliseconds: 10 * minute,
    /** A mail older than this is given up. */
    giveUpAfterMilliseconds: 24 * 60 * minute,
  };
};

export type Config = ReturnType<typeof toConfig>;
