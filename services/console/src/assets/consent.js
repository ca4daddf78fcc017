import { callSignedIn, explain, isSignedOut } from './api.js';
import { element, find, onSubmit, say } from './page.js';
import { clientAddress, interactionIn } from './return-to.js';

const form = find('form', HTMLFormElement);
const interaction = interactionIn(new URLSearchParams(location.search));
const path = `/v1/oauth/interactions/${interaction}`;

/** Who asks, and for what. */
const show = async () => {
  if (interaction === undefined) return say('This address is not complete. Please begin again at the application.');
  const answer = await callSignedIn('GET', path);
  if (isSignedOut(answer)) return location.replace(`/sign-in?interaction=${interaction}`);
  if (!answer.ok) return say(explain(answer));
  const { client, scopes } = answer.body;
  find('#client', HTMLElement).textContent = client.name;
  find('#scopes', HTMLElement).replaceChildren(
    ...scopes.map((/** @type {{ name: string, description: string }} */ { name, description }) =>
      element('li', { textContent: description || name }),
    ),
  );
  form.hidden = false;
};

onSubmit(form, async (_, decision) => {
  const answer = await callSignedIn('POST', path, { decision });
  if (answer.ok) location.assign(clientAddress(answer.body.redirectTo, location.origin));
  else say(explain(answer));
});

await show();
