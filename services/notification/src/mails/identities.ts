import { inWords, type NoticeTemplate } from './facts.ts';

const notMe =
  'If this was not you, sign in, remove what you do not know and change your password: that ends every session on other devices. Then tell your administrator.';

export const identityLinked: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Another way to sign in was linked to your account',
  paragraphs: ['From now on an account with another provider signs in to your account, too.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: notMe,
});

export const identityUnlinked: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'A way to sign in was unlinked from your account',
  paragraphs: ['An account with another provider signs in to your account no longer.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: notMe,
});
