import { call, explain } from './api.js';
import { element, find, onSubmit, replaceStep, say, whileBusy } from './page.js';
import { passkeysFillIn, passkeysWork, provePasskey } from './passkey.js';
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

/** Other places to sign in with, where there are any. */
const offerProviders = async () => {
  const { ok, body } = await call('GET', '/v1/identity-providers');
  if (!ok) return;
  const links = body.items.flatMap((/** @type {{ name: string, startUrl: string }} */ { name, startUrl }) => {
    const isOurs =
      URL.canParse(startUrl, location.origin) && new URL(startUrl, location.origin).origin === location.origin;
    if (!isOurs) return [];
    const link = element('a', { className: 'button', textContent: `Sign in with ${name}` });
    link.href = new URL(startUrl, location.origin).href;
    return [link];
  });
  find('#providers', HTMLElement).replaceChildren(...links);
};

await Promise.all([offerProviders(), offerPasskeys()]);
