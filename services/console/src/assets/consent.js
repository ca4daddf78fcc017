import { callSignedIn, explain, isSignedOut } from './api.js';
import { element, find, onSubmit, say, whileBusy } from './page.js';
import { clientAddress, interactionIn } from './return-to.js';

const form = find('form', HTMLFormElement);
const interaction = interactionIn(new URLSearchParams(location.search));
const signInFirst = `/sign-in?interaction=${interaction}`;
const path = `/v1/oauth/interactions/${interaction}`;

/** Who asks, and for what. */
const show = async () => {
  if (interaction === undefined) return say('This address is not complete. Please begin again at the application.');
  const answer = await callSignedIn('GET', path);
  if (!answer.ok) return say(explain(answer));
  const { client, answersTo, scopes, prompt, needsFresh } = answer.body;
  if (needsFresh) return location.replace(signInFirst);
  if (prompt === 'login') return decide('continue');
  find('#client', HTMLElement).textContent = client.name;
  find('#scopes', HTMLElement).replaceChildren(
    ...scopes.map((/** @type {{ name: string, description: string }} */ { name, description }) =>
      element('li', { textContent: description || name }),
    ),
  );
  find('#unvouched', HTMLElement).hidden = !client.selfRegistered;
  find('#address', HTMLElement).textContent = answersTo;
  form.hidden = false;
};

/** Answers what is asked, as whoever is signed in here, and goes on with it. @param {string} decision */
const decide = async (decision) => {
  const answer = await callSignedIn('POST', path, { decision });
  if (isSignedOut(answer)) return location.replace(signInFirst);
  if (answer.ok) location.assign(clientAddress(answer.body.redirectTo, location.origin));
  else say(explain(answer));
};

find('[data-sign-out]', HTMLButtonElement).addEventListener('click', () =>
  whileBusy(form, async () => {
    const answer = await callSignedIn('DELETE', '/v1/sessions/current');
    if (answer.ok || isSignedOut(answer)) location.replace('/sign-in');
    else say(explain(answer));
  }),
);

onSubmit(form, (_, decision) => decide(decision));

await show();
