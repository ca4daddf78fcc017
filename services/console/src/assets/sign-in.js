import { call, explain } from './api.js';
import { element, find, onSubmit, replaceStep, say, whileBusy } from './page.js';
import { passkeysFillIn, passkeysWork, provePasskey } from './passkey.js';
import { beginAt, comesFromProvider, whyNot } from './providers.js';
import { interactionIn, placeToGo } from './return-to.js';
import { prepareSecondStep } from './second-step.js';

const first = find('#first-step', HTMLElement);
const passwordForm = find('#first-step form', HTMLFormElement);
const secondForm = find('#second-step', HTMLFormElement);
const passkey = find('#passkey', HTMLButtonElement);
const parameters = new URLSearchParams(location.search);

const goOn = () => {
  const interaction = interactionIn(parameters);
  location.replace(
    interaction === undefined
      ? placeToGo(parameters.get('returnTo'), location.origin)
      : `/consent?interaction=${interaction}`,
  );
};

const beginAnew = (/** @type {string} */ why) => {
  replaceStep(secondForm, first);
  say(why);
};

const askSecond = prepareSecondStep(secondForm, { done: goOn, over: beginAnew });

/** @param {import('./api.js').Answer} answer */
const afterFirst = (answer) => {
  if (!answer.ok) return say(explain(answer));
  if (answer.status !== 200) return goOn();
  askSecond(answer.body);
  replaceStep(first, secondForm);
};

/** @param {import('./passkey.js').Ceremony} ceremony */
const presentPasskey = async ({ response, failed }) => {
  if (failed !== undefined) return say(failed);
  afterFirst(await call('POST', '/v1/sessions/passkey?cookies=true', { response }));
};

onSubmit(passwordForm, async (values) => {
  const answer = await call('POST', '/v1/sessions?cookies=true', values);
  find('input[name=password]', HTMLInputElement, passwordForm).value = '';
  afterFirst(answer);
});

passkey.addEventListener('click', () => whileBusy(first, async () => presentPasskey(await provePasskey())));
passkey.hidden = !passkeysWork();

/** Offers passkeys where the browser offers saved passwords; whoever does not take one hears nothing of it. */
const offerPasskeys = async () => {
  if (!(await passkeysFillIn())) return;
  const ceremony = await provePasskey({ autofill: true });
  if (ceremony.failed === undefined) await presentPasskey(ceremony);
};

const identifier = find('input[name=identifier]', HTMLInputElement, passwordForm);

/** Other places to sign in with, where there are any: for everybody, and for an address of a domain that has its own. */
const offerProviders = async () => {
  const typed = identifier.value.trim();
  const asked = /^[^@\s]+@[^@\s]+$/.test(typed) ? `?email=${encodeURIComponent(typed)}` : '';
  const { ok, body } = await call('GET', `/v1/identity-providers${asked}`);
  if (!ok || identifier.value.trim() !== typed) return;
  const buttons = body.items
    .filter((/** @type {{ kind: string }} */ { kind }) => kind === 'redirect')
    .map((/** @type {{ id: string, name: string }} */ { id, name }) => {
      const button = element('button', { type: 'button', className: 'plain', textContent: `Sign in with ${name}` });
      button.addEventListener('click', () => whileBusy(first, () => beginAt(id)));
      return button;
    });
  find('#providers', HTMLElement).replaceChildren(...buttons);
};

identifier.addEventListener('change', offerProviders);

if (!comesFromProvider(parameters)) await Promise.all([offerProviders(), offerPasskeys()]);
else if (parameters.has('identity_error')) {
  say(whyNot(parameters.get('identity_error')));
  await offerProviders();
} else if (parameters.get('identity') === 'mfa_required') {
  // Which sign-in it is stands in a cookie. A passkey would not have come this way: it is both factors.
  askSecond({ methods: ['totp', 'recovery_code'] });
  replaceStep(first, secondForm);
} else goOn();
