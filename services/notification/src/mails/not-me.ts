import type { MailWords } from './layout.ts';

/** What a notice says to whoever did not do what it tells of. */
export const notMe = (url: string): Pick<MailWords, 'button' | 'closing'> => ({
  button: { label: 'This was not me', url },
  closing:
    'If it was you, there is nothing to do. If it was not, the button signs everybody out of your account, takes back what was added to it since, and mails you a link to choose a new password. It works for a week.',
});
