import { callSignedIn, explain } from './api.js';
import { factorItem } from './factor-item.js';
import { find, onSubmit, say, whileBusy } from './page.js';
import { callFresh } from './prove-again.js';
import { handOver, showRecoveryCodes } from './recovery-codes.js';

const section = find('#apps', HTMLElement);
const begin = find('[data-begin]', HTMLButtonElement, section);
const enrolment = find('[data-enrolment]', HTMLElement, section);
const picture = find('img', HTMLImageElement, enrolment);
const form = find('form', HTMLFormElement, enrolment);

export const showApps = async () => {
  const answer = await callSignedIn('GET', '/v1/mfa/totp');
  if (!answer.ok) return say(explain(answer));
  const items = answer.body.items.map((/** @type {any} */ factor) =>
    factorItem(factor, `/v1/mfa/totp/${factor.id}`, showAll),
  );
  find('ul', HTMLElement, section).replaceChildren(...items);
};

const showAll = async () => {
  await Promise.all([showApps(), showRecoveryCodes()]);
};

/** Which one is being added. */
let factorId = '';

begin.addEventListener('click', () =>
  whileBusy(section, async () => {
    const answer = await callFresh('POST', '/v1/mfa/totp', {});
    if (!answer.ok) return say(explain(answer));
    factorId = answer.body.id;
    picture.src = `data:image/svg+xml,${encodeURIComponent(answer.body.qr)}`;
    find('code', HTMLElement, enrolment).textContent = answer.body.secret;
    enrolment.hidden = false;
    begin.hidden = true;
    find('input', HTMLInputElement, form).focus();
    say('');
  }),
);

const endEnrolment = () => {
  enrolment.hidden = true;
  begin.hidden = false;
  picture.removeAttribute('src');
  find('code', HTMLElement, enrolment).textContent = '';
  form.reset();
};

find('[data-cancel]', HTMLButtonElement, form).addEventListener('click', endEnrolment);
onSubmit(form, async ({ code, endOtherSessions }) => {
  const body = { code, endOtherSessions: endOtherSessions === 'true' };
  const answer = await callFresh('POST', `/v1/mfa/totp/${factorId}/confirm`, body);
  if (answer.body.code === 'invalid_credentials') return say('That is not the code that the app should show now.');
  if (!answer.ok) return say(explain(answer));
  endEnrolment();
  if (answer.body.recoveryCodes) await handOver(answer.body.recoveryCodes);
  await showAll();
  say('From now on this app is asked for when you sign in.');
});
