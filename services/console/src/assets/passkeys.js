import { callSignedIn, explain } from './api.js';
import { factorItem } from './factor-item.js';
import { find, onSubmit, say } from './page.js';
import { makePasskey, passkeysWork } from './passkey.js';
import { callFresh } from './prove-again.js';
import { handOver, showRecoveryCodes } from './recovery-codes.js';

const section = find('#passkeys', HTMLElement);
const form = find('form', HTMLFormElement, section);

export const showPasskeys = async () => {
  const answer = await callSignedIn('GET', '/v1/passkeys');
  section.hidden = !answer.ok;
  const passkeys = answer.ok ? answer.body.items : [];
  find('#prove-passkey', HTMLElement).hidden = passkeys.length === 0 || !passkeysWork();
  const items = passkeys.map((/** @type {any} */ passkey) =>
    factorItem(passkey, `/v1/passkeys/${passkey.id}`, showAll),
  );
  find('ul', HTMLElement, section).replaceChildren(...items);
};

const showAll = async () => {
  await Promise.all([showPasskeys(), showRecoveryCodes()]);
};

form.hidden = !passkeysWork();
onSubmit(form, async ({ name }) => {
  const asked = await callFresh('POST', '/v1/passkeys/registration-options');
  if (!asked.ok) return say(explain(asked));
  const { response, failed } = await makePasskey(asked.body.options);
  if (failed !== undefined) return say(failed);
  const answer = await callFresh('POST', '/v1/passkeys', { response, ...(name === undefined ? {} : { name }) });
  if (!answer.ok) return say(explain(answer));
  form.reset();
  if (answer.body.recoveryCodes) await handOver(answer.body.recoveryCodes);
  await showAll();
  say('From now on you can sign in with this passkey.');
});
