import { callSignedIn, explain } from './api.js';
import { actionButton, element, find, say, timeText } from './page.js';

const section = find('#applications', HTMLElement);

export const showApplications = async () => {
  const answer = await callSignedIn('GET', '/v1/oauth/consents?limit=100');
  // Until they have added one, no application is let in with their account either.
  if (answer.body.code === 'second_factor_required') return;
  if (!answer.ok) return say(explain(answer));
  const { items } = answer.body;
  find('[data-none]', HTMLElement, section).hidden = items.length > 0;
  find('ul', HTMLElement, section).replaceChildren(...items.map(applicationItem));
};

/** @param {{ id: string, client: { name: string }, scopes: { name: string, description: string }[], givenAt: string }} consent */
const applicationItem = ({ id, client, scopes, givenAt }) => {
  const mayDo = scopes.map(({ name, description }) => description || name).join('; ');
  const takeBack = async () => {
    const answer = await callSignedIn('DELETE', `/v1/oauth/consents/${id}`);
    if (!answer.ok) return say(explain(answer));
    await showApplications();
    say(`${client.name} is let in no longer.`);
  };
  return element(
    'li',
    {},
    element('strong', { textContent: client.name }),
    element('small', { textContent: `Since ${timeText(givenAt)}: ${mayDo}` }),
    actionButton('Take back', client.name, takeBack),
  );
};
