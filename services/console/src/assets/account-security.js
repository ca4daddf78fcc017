import { callSignedIn, explain, isSignedOut } from './api.js';
import { showApplications } from './applications.js';
import { showApps } from './apps.js';
import { find, onSubmit, say } from './page.js';
import { showPasskeys } from './passkeys.js';
import { showRecoveryCodes } from './recovery-codes.js';
import { usualPlace } from './return-to.js';
import { showSessions } from './sessions.js';

const passwordForm = find('#password form', HTMLFormElement);

onSubmit(passwordForm, async (values) => {
  const answer = await callSignedIn('PUT', '/v1/password', values);
  if (answer.body.code === 'invalid_credentials') return say('The current password is not right.');
  if (!answer.ok) return say(explain(answer));
  passwordForm.reset();
  await showSessions();
  say('Your password is changed. You are signed out everywhere else.');
});

/** Whoever is not signed in is sent to where one signs in, and comes back. */
const show = async () => {
  const answer = await callSignedIn('GET', '/v1/users/me');
  if (isSignedOut(answer)) return location.replace(`/sign-in?returnTo=${encodeURIComponent(usualPlace)}`);
  // Whoever has to add a second factor can do nothing else yet; that is what this page is for.
  if (!answer.ok) say(explain(answer));
  if (!answer.ok && answer.body.code !== 'second_factor_required') return;
  const { username = 'somebody who needs a second factor' } = answer.body;
  find('#who', HTMLElement).textContent = username;
  for (const field of document.querySelectorAll('input[data-username]')) field.setAttribute('value', username);
  await Promise.all([showApps(), showPasskeys(), showRecoveryCodes(), showApplications(), showSessions()]);
  find('#account', HTMLElement).hidden = false;
};

await show();
