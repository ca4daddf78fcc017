import { call, explain } from './api.js';
import { find, onSubmit, replaceStep, say, takeParameters } from './page.js';
import { usualPlace } from './return-to.js';
import { prepareSecondStep } from './second-step.js';

// Opened by itself, the page asks for a mail, and then for the code in it; opened by the mailed link, it has one button.
const askForm = find('#ask', HTMLFormElement);
const codeForm = find('#code', HTMLFormElement);
const linkForm = find('#link', HTMLFormElement);
const secondForm = find('#second-step', HTMLFormElement);
const token = takeParameters().get('token');
/** What the mailed code is good with, given to whoever asked for it. */
let requestToken = '';

const goOn = () => location.replace(usualPlace);
const askSecond = prepareSecondStep(secondForm, {
  done: goOn,
  over: (why) => {
    replaceStep(secondForm, askForm);
    say(why);
  },
});

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} proof
 */
const present = async (form, proof) => {
  const answer = await call('POST', '/v1/sessions/magic-link?cookies=true', proof);
  if (!answer.ok) return say(explain(answer));
  if (answer.status !== 200) return goOn();
  askSecond(answer.body);
  replaceStep(form, secondForm);
};

onSubmit(askForm, async (values) => {
  const answer = await call('POST', '/v1/magic-links', values);
  if (!answer.ok) return say(explain(answer));
  requestToken = answer.body.requestToken;
  replaceStep(askForm, codeForm);
  say('If there is an account with this address, a mail is on its way to it.');
});
onSubmit(codeForm, ({ code = '' }) => present(codeForm, { requestToken, code }));
onSubmit(linkForm, () => present(linkForm, { token: token ?? '' }));

(token === null ? askForm : linkForm).hidden = false;
