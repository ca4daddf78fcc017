import { call, explain } from './api.js';
import { find, onSubmit, say, takeParameters } from './page.js';

// A page with one form: it is presented once, and the page says what comes next. One behind a mailed link presents what
// the link brought with it.
const form = find('form', HTMLFormElement);
const isMailed = form.dataset.mailed !== undefined;
const token = isMailed ? takeParameters().get('token') : null;

if (isMailed && token === null) {
  form.hidden = true;
  say('This link is not complete. Please open it from your mail once more.');
}

onSubmit(form, async (values) => {
  const answer = await call('POST', form.dataset.action ?? '', { ...(token === null ? {} : { token }), ...values });
  say(answer.ok ? (form.dataset.done ?? '') : explain(answer));
  if (!answer.ok) return;
  form.hidden = true;
  const next = document.querySelector('#next');
  if (next instanceof HTMLElement) next.hidden = false;
});
