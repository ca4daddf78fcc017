import { inWords, type LinkTemplate } from './facts.ts';

export const magicLink: LinkTemplate = ({ url, code, expiresAt }) => ({
  subject: 'Sign in to your account',
  paragraphs: [
    'Someone, probably you, asked to sign in to your account.',
    `Both the link and the code work once, until ${inWords(expiresAt)}. The code is for the window in which you asked for it: nobody else ever needs it, so tell it to nobody.`,
  ],
  ...(code === undefined ? {} : { details: [{ name: 'Code', value: code }] }),
  button: { label: 'Sign in', url },
  closing: 'If you did not ask for it, you can ignore this mail. Nobody has signed in.',
});
