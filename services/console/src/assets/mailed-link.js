import { call, explain } from './api.js';
import { find, onSubmit, say, takeParameters } from './page.js';

// The page behind a mailed link: its one button presents what the link brought.
const form = find('form', HTMLFormElement);
const token = takeParameters().get('token');

if (token === null) {
  form.hidden = true;
  say('This link is not complete. Please open it from your mail once more.');
}

onSubmit(form, async (values) => {
  const answer = await call('POST', form.dataset.action ?? '', { token, ...values });
  if (answer.ok) form.hidden = true;
  say(answer.ok ? (form.dataset.done ?? '') : explain(answer));
});
