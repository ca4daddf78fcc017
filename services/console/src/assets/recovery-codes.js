import { callSignedIn, explain } from './api.js';
import { element, find, say, timeText, whileBusy } from './page.js';
import { callFresh } from './prove-again.js';

const section = find('#recovery', HTMLElement);
const dialog = find('#codes', HTMLDialogElement);
const list = find('.codes', HTMLElement, dialog);

export const showRecoveryCodes = async () => {
  const answer = await callSignedIn('GET', '/v1/mfa/recovery-codes');
  if (!answer.ok) return say(explain(answer));
  const { left, createdAt } = answer.body;
  find('[data-left]', HTMLElement, section).textContent =
    createdAt === null ? 'You have none.' : `You have ${left} left, made ${timeText(createdAt)}.`;
};

/**
 * Shows recovery codes, this once, until somebody says that they have kept them.
 * @param {string[]} codes
 * @returns {Promise<void>}
 */
export const handOver = (codes) =>
  new Promise((resolve) => {
    list.replaceChildren(...codes.map((code) => element('li', { textContent: code })));
    const forget = () => {
      list.replaceChildren();
      resolve();
    };
    dialog.addEventListener('close', forget, { once: true });
    dialog.showModal();
    say('');
  });

// The key that closes dialogs would lose them.
dialog.addEventListener('cancel', (event) => event.preventDefault());
find('[data-kept]', HTMLButtonElement, dialog).addEventListener('click', () => dialog.close());
find('[data-print]', HTMLButtonElement, dialog).addEventListener('click', () => print());
find('[data-copy]', HTMLButtonElement, dialog).addEventListener('click', async () => {
  const text = [...list.children].map((item) => item.textContent).join('\n');
  await navigator.clipboard.writeText(text).then(
    () => say('Copied.'),
    () => say('Your browser does not let this page copy: please write them down.'),
  );
});

find('button', HTMLButtonElement, section).addEventListener('click', () =>
  whileBusy(section, async () => {
    const answer = await callFresh('POST', '/v1/mfa/recovery-codes');
    if (!answer.ok) return say(explain(answer));
    await handOver(answer.body.codes);
    await showRecoveryCodes();
    say('You have new recovery codes. The old ones work no longer.');
  }),
);
