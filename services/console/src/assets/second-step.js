import { call, explain } from './api.js';
import { find, onSubmit, say, whileBusy } from './page.js';
import { passkeysWork, provePasskey } from './passkey.js';

/**
 * @typedef {{ mfaToken?: string, methods: string[] }} Challenge
 */

/**
 * The form that asks for the second factor.
 * @param {HTMLFormElement} form
 * @param {{ done: () => void, over: (why: string) => void }} outcome `over`: one has to begin anew
 * @returns {(challenge: Challenge) => void} asks for the factor of one sign-in
 */
export const prepareSecondStep = (form, { done, over }) => {
  const typed = find('[data-typed]', HTMLElement, form);
  const methods = find('fieldset', HTMLFieldSetElement, form);
  const code = find('input[name=code]', HTMLInputElement, form);
  const passkey = find('[data-passkey]', HTMLButtonElement, form);
  /** @type {Challenge} */
  let challenge = { methods: [] };

  /** @param {Record<string, unknown>} proof */
  const present = async (proof) => {
    const { mfaToken } = challenge;
    const answer = await call('POST', '/v1/sessions/mfa?cookies=true', { mfaToken, ...proof });
    code.value = '';
    if (answer.ok) done();
    else if (answer.body.code === 'sign_in_expired') over(explain(answer));
    else say(answer.body.code === 'invalid_credentials' ? 'That is not right. Please try again.' : explain(answer));
  };

  onSubmit(form, ({ method, code: text }) => present({ method, code: text }));
  passkey.addEventListener('click', () =>
    whileBusy(form, async () => {
      const { mfaToken } = challenge;
      const { response, failed } = await provePasskey(mfaToken === undefined ? {} : { mfaToken });
      if (failed === undefined) await present({ method: 'passkey', response });
      else say(failed);
    }),
  );

  return (given) => {
    challenge = given;
    const kinds = [...methods.querySelectorAll('input')];
    for (const kind of kinds) kind.disabled = !given.methods.includes(kind.value);
    const usable = kinds.filter((kind) => !kind.disabled);
    for (const [n, kind] of usable.entries()) kind.checked = n === 0;
    methods.hidden = usable.length < 2;
    typed.hidden = usable.length === 0;
    code.disabled = usable.length === 0;
    code.value = '';
    passkey.hidden = !(given.methods.includes('passkey') && passkeysWork());
    say('');
  };
};
