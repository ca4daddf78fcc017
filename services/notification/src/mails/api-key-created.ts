import { inWords, type NoticeTemplate } from './facts.ts';

export const apiKeyCreated: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'A key for programs was made for your account',
  paragraphs: ['Whoever has the key may act in your name, within what it was made for, until it ends.'],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing:
    'If this was not you, sign in, end the key and change your password: that ends every session on other devices. Then tell your administrator.',
});
