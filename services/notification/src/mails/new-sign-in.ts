import { inWords, type NoticeTemplate } from './facts.ts';

export const newSignIn: NoticeTemplate = ({ happenedAt, ipAddress, userAgent }) => ({
  subject: 'New sign-in to your account',
  paragraphs: ['Someone signed in to your account from a device that it has not been used on before.'],
  details: [
    { name: 'When', value: inWords(happenedAt) },
    { name: 'Device', value: userAgent || 'unknown' },
    { name: 'Address', value: ipAddress || 'unknown' },
  ],
  closing:
    'If it was you, there is nothing to do. If not, change your password now: that ends every session on other devices.',
});
