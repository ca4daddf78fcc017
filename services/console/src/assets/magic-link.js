import { call, explain } from './api.js';
import { find, onSubmit, replaceStep, say, takeParameters } from './page.js';
import { usualPlace } from './return-to.js';
import { prepareSecondStep } from './second-step.js';

const first = find('#first-step', HTMLFormElement);
const secondForm = find('#second-step', HTMLFormElement);
const token = takeParameters().get('token');

const goOn = () => location.replace(usualPlace);
const askSecond = prepareSecondStep(secondForm, {
  done: goOn,
  over: (why) => {
    secondForm.hidden = true;
    say(why);
  },
});

if (token === null) {
  first.hidden = true;
  say('This link is not complete. Please open it from your mail once more.');
}

onSubmit(first, async () => {
  const answer = await call('POST', '/v1/sessions/magic-link?cookies=true', { token });
  if (!answer.ok) return say(explain(answer));
  if (answer.status !== 200) return goOn();
  askSecond(answer.body);
  replaceStep(first, secondForm);
});
