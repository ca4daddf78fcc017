import { inWords, type NoticeTemplate } from './facts.ts';

const notMe =
  'If this was not you, change your password now: that ends every session on other devices. Then tell your administrator.';

export const factorAdded: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'A second factor was added to your account',
  paragraphs: ['From now on signing in to your account takes a second factor beside the password.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: notMe,
});

export const factorRemoved: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'A second factor was removed from your account',
  paragraphs: ['A second factor of your account works no longer.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: notMe,
});

export const factorsReset: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'The second factors of your account were removed',
  paragraphs: [
    'Somebody who manages accounts here removed every second factor of yours, and the recovery codes with them. You are signed out everywhere.',
    'Until you add a new second factor, signing in takes your password alone.',
  ],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: 'If you did not ask for it, sign in, change your password, and tell your administrator.',
});

export const recoveryCodesMade: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Your account has new recovery codes',
  paragraphs: [
    'New recovery codes were made for your account. Those that you may have kept from before work no longer.',
  ],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: notMe,
});

export const recoveryCodeUsed: NoticeTemplate = ({ happenedAt, ipAddress, userAgent }) => ({
  subject: 'A recovery code was used to sign in to your account',
  paragraphs: [
    'Someone signed in to your account with a recovery code in place of the second factor. The code works no longer.',
  ],
  details: [
    { name: 'When', value: inWords(happenedAt) },
    { name: 'Device', value: userAgent || 'unknown' },
    { name: 'Address', value: ipAddress || 'unknown' },
  ],
  closing: notMe,
});
