import type { NoticeTemplate } from './facts.ts';

export const accountExists: NoticeTemplate = () => ({
  subject: 'You already have an account',
  paragraphs: [
    'Someone, perhaps you, tried to sign up with your e-mail address. You already have an account, so no second one was made.',
    'If it was you, sign in with the account you have. If you do not remember the password, ask for a link to choose a new one.',
  ],
  closing: 'If it was not you, there is nothing to do: whoever it was has learned nothing about your account.',
});
