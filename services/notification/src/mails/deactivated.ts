import { inWords, type NoticeTemplate } from './facts.ts';

export const deactivated: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Your account was deactivated',
  paragraphs: ['Your account was deactivated. You are signed out everywhere and cannot sign in.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: 'If you think this is a mistake, or want to come back, ask your administrator to reactivate the account.',
});
