import { inWords, type LinkTemplate } from './facts.ts';

export const verification: LinkTemplate = ({ url, expiresAt }) => ({
  subject: 'Confirm your e-mail address',
  paragraphs: [
    'Thank you for signing up. One step is left: confirm that this is your e-mail address, and your account is ready.',
    `The link works once, until ${inWords(expiresAt)}.`,
  ],
  button: { label: 'Confirm my address', url },
  closing: 'If you did not sign up, you can ignore this mail. Without the confirmation no account is made.',
});
