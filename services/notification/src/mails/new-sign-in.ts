import { inWords, type NoticeTemplate } from './facts.ts';

const signIn =
  (paragraph: string): NoticeTemplate =>
  ({ happenedAt, ipAddress, userAgent }) => ({
    subject: 'New sign-in to your account',
    paragraphs: [paragraph],
    details: [
      { name: 'When', value: inWords(happenedAt) },
      { name: 'Device', value: userAgent || 'unknown' },
      { name: 'Address', value: ipAddress || 'unknown' },
    ],
    closing:
      'If it was you, there is nothing to do. If not, change your password now: that ends every session on other devices.',
  });

export const newSignIn = signIn('Someone signed in to your account from a device that it has not been used on before.');

export const suspectedSignIn = signIn(
  'Someone signed in to your account from an address at which passwords were tried under many names shortly before.',
);
