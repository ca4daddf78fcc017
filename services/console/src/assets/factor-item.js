import { explain } from './api.js';
import { actionButton, element, onSubmit, say, timeText } from './page.js';
import { callFresh } from './prove-again.js';

/**
 * An authenticator app or a passkey in a list, to rename and to remove.
 * @param {{ name: string, createdAt: string, lastUsedAt: string | null }} factor
 * @param {string} path where it is
 * @param {() => Promise<void>} show the list anew
 */
export const factorItem = ({ name, createdAt, lastUsedAt }, path, show) => {
  /**
   * @param {string} method
   * @param {string} done
   * @param {unknown} [body]
   */
  const change = async (method, done, body) => {
    const answer = await callFresh(method, path, body);
    if (!answer.ok) return say(explain(answer));
    await show();
    say(done);
  };

  const input = Object.assign(element('input'), { name: 'name', value: name, maxLength: 60, required: true });
  input.setAttribute('aria-label', `New name of ${name}`);
  const form = element('form', { className: 'row' }, input, element('button', { type: 'submit', textContent: 'Save' }));
  form.hidden = true;
  onSubmit(form, (values) => change('PATCH', 'Renamed.', values));

  const rename = actionButton('Rename', name, async () => {
    form.hidden = !form.hidden;
    if (!form.hidden) input.focus();
    say('');
  });
  const remove = actionButton('Remove', name, () => change('DELETE', `${name} is removed.`));
  return element(
    'li',
    {},
    element('strong', { textContent: name }),
    element('small', { textContent: `Added ${timeText(createdAt)}, last used ${timeText(lastUsedAt)}` }),
    element('div', { className: 'row' }, rename, remove),
    form,
  );
};
