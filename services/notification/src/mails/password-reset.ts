import { inWords, type LinkTemplate } from './facts.ts';

export const passwordReset: LinkTemplate = ({ url, expiresAt }) => ({
  subject: 'Choose a new password',
  paragraphs: [
    'Someone, probably you, asked for a new password for your account.',
    `The link works once, until ${inWords(expiresAt)}. With the new password you are signed out everywhere else.`,
  ],
  button: { label: 'Choose a new password', url },
  closing: 'If you did not ask for it, you can ignore this mail. Your password stays as it is.',
});
