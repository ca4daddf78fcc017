import { inWords, type NoticeTemplate } from './facts.ts';

export const impersonated: NoticeTemplate = ({ happenedAt }) => ({
  subject: 'Somebody looked at your account',
  paragraphs: [
    'Somebody who looks after accounts here has opened yours as you see it yourself. For some minutes they can read what you can read, and change nothing.',
    'You find it among the places where you are signed in, and can end it there.',
  ],
  details: [{ name: 'When', value: inWords(happenedAt) }],
  closing: 'If you did not ask for help, ask your administrator why.',
});
