import { inWords, type NoticeTemplate } from './facts.ts';

export const accountSecured: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Your account is safe',
  paragraphs: [
    'You said that somebody else had changed how one signs in to your account. Everybody is signed out of it, and what was added since is gone: second factors, recovery codes, linked accounts and consents.',
    'Your password works no longer. Another mail has a link to choose a new one.',
  ],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: 'If you lost a second factor by it, or do not know how somebody got in, tell your administrator.',
});
