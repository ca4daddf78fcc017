import { call, callSignedIn, explain } from './api.js';
import { find, onSubmit, replaceStep, say, whileBusy } from './page.js';
import { provePasskey } from './passkey.js';
import { prepareSecondStep } from './second-step.js';

const dialog = find('#prove', HTMLDialogElement);
const first = find('#first-step', HTMLFormElement, dialog);
const second = find('#second-step', HTMLFormElement, dialog);
const password = find('input[name=password]', HTMLInputElement, first);

const askSecond = prepareSecondStep(second, {
  done: () => dialog.close('proved'),
  over: (why) => {
    replaceStep(second, first);
    say(why);
  },
});

/** @param {Record<string, unknown>} proof */
const present = async (proof) => {
  const answer = await call('POST', '/v1/sessions/reauthenticate?cookies=true', proof);
  password.value = '';
  if (!answer.ok) return say(answer.body.code === 'invalid_credentials' ? 'That is not right.' : explain(answer));
  if (answer.body.status !== 'mfa_required') return dialog.close('proved');
  askSecond(answer.body);
  replaceStep(first, second);
};

onSubmit(first, (values) => present(values));
find('#prove-passkey', HTMLButtonElement).addEventListener('click', () =>
  whileBusy(first, async () => {
    const { response, failed } = await provePasskey();
    if (failed === undefined) await present({ passkey: response });
    else say(failed);
  }),
);
for (const button of dialog.querySelectorAll('[data-cancel]')) button.addEventListener('click', () => dialog.close());

/** @returns {Promise<boolean>} whether somebody has */
const proveAgain = () =>
  new Promise((resolve) => {
    dialog.returnValue = '';
    second.hidden = true;
    first.hidden = false;
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'proved'), { once: true });
    dialog.showModal();
    say('');
  });

/**
 * A call that changes how one signs in: whoever proved too long ago who they are is asked to do so again, and it goes on.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export const callFresh = async (method, path, body) => {
  const answer = await callSignedIn(method, path, body);
  if (answer.status !== 401 || answer.body.code !== 'reauthentication_required') return answer;
  return (await proveAgain()) ? callSignedIn(method, path, body) : answer;
};
