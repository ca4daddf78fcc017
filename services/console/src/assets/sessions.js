import { callSignedIn, explain } from './api.js';
import { actionButton, element, find, say, timeText, whileBusy } from './page.js';

const section = find('#sessions', HTMLElement);

export const showSessions = async () => {
  const answer = await callSignedIn('GET', '/v1/sessions?limit=100');
  if (!answer.ok) return say(explain(answer));
  find('ul', HTMLElement, section).replaceChildren(...answer.body.items.map(sessionItem));
};

/** @param {{ id: string, current: boolean, createdAt: string, lastUsedAt: string, ipAddress: string, userAgent: string }} session */
const sessionItem = ({ id, current, createdAt, lastUsedAt, ipAddress, userAgent }) => {
  const where = userAgent || 'An unknown client';
  return element(
    'li',
    {},
    element('strong', { textContent: current ? 'This browser' : where }),
    element('small', {
      textContent: `From ${ipAddress}, since ${timeText(createdAt)}, last used ${timeText(lastUsedAt)}`,
    }),
    ...(current ? [] : [actionButton('Sign out there', where, () => end(`/v1/sessions/${id}`, 'Signed out there.'))]),
  );
};

/**
 * @param {string} path
 * @param {string} done
 */
const end = async (path, done) => {
  const answer = await callSignedIn('DELETE', path);
  if (!answer.ok) return say(explain(answer));
  await showSessions();
  say(done);
};

find('[data-others]', HTMLButtonElement, section).addEventListener('click', () =>
  whileBusy(section, () => end('/v1/sessions', 'Signed out everywhere else.')),
);
find('[data-here]', HTMLButtonElement, section).addEventListener('click', () =>
  whileBusy(section, async () => {
    const answer = await callSignedIn('DELETE', '/v1/sessions/current');
    if (answer.ok || answer.status === 401) location.replace('/sign-in');
    else say(explain(answer));
  }),
);
