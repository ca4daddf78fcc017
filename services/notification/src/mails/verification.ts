import { inWords, type LinkTemplate } from './facts.ts';

export const verification: LinkTemplate = ({ url, expiresAt }) => ({
  subject: 'Confirm your e-mail address',
  paragraphs: [
    'Thank you for signing up. One step is left: confirm that this is your e-mail address, and your account is ready.',
    `The link works once, until ${inWords(expiresAt)}.`,
  ],
  button: { label: 'Confirm my address', url },
  closing:
    'If you did not sign up under this name, do not confirm: somebody else did and chose the password. Without the confirmation no account is made.',
});
