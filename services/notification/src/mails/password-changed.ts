import { inWords, type NoticeTemplate } from './facts.ts';

export const passwordChanged: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Your password was changed',
  paragraphs: ['The password of your account was changed.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: 'If this was not you, ask for a link to choose a new password now, and tell your administrator.',
});
