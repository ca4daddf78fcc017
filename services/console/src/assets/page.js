/**
 * The first element that fits. A page without it is not the page that the script was written for.
 * @template {HTMLElement} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [within]
 * @returns {T}
 */
export const find = (selector, kind, within = document) => {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
};

/**
 * Tells what became of something, to those who look and to those who listen.
 * @param {string} text
 */
export const say = (text) => {
  // While a dialog is open, nothing else is heard.
  const place = document.querySelector('dialog[open] [role=status]') ?? find('#said', HTMLElement);
  place.textContent = text;
};

/**
 * What the page was opened with, which leaves the address bar and the history: it may be a secret.
 * @returns {URLSearchParams}
 */
export const takeParameters = () => {
  const parameters = new URLSearchParams(location.search);
  history.replaceState(null, '', location.pathname);
  return parameters;
};

/**
 * What a form holds, by the names of its fields; empty ones that may be left out are.
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
export const valuesOf = (form) =>
  Object.fromEntries([...new FormData(form)].flatMap(([name, value]) => (value === '' ? [] : [[name, String(value)]])));

/**
 * Lets a script answer a form. While it works nothing is sent twice; before it is there, nothing is sent at all, least of all
 * by the browser itself, with a password in the address.
 * @param {HTMLFormElement} form
 * @param {(values: Record<string, string>, button: string) => Promise<void>} work `button`: the value of the pressed one
 */
export const onSubmit = (form, work) => {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter.value : '';
    await whileBusy(form, () => work(valuesOf(form), pressed));
  });
  for (const button of form.querySelectorAll('button')) button.disabled = false;
};

/**
 * @param {HTMLElement} area whose buttons wait until the work is done
 * @param {() => Promise<void>} work
 */
export const whileBusy = async (area, work) => {
  const buttons = [...area.querySelectorAll('button')];
  for (const button of buttons) button.disabled = true;
  say('One moment…');
  try {
    await work();
  } finally {
    for (const button of buttons) button.disabled = false;
  }
};

/**
 * Shows one part of the page instead of another, and leads keyboard and screen reader there.
 * @param {HTMLElement} gone
 * @param {HTMLElement} shown
 */
export const replaceStep = (gone, shown) => {
  gone.hidden = true;
  shown.hidden = false;
  const [first] = shown.querySelectorAll('input, button');
  if (first instanceof HTMLElement) first.focus();
};

/**
 * An element, of what it says and what is in it.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ className?: string, textContent?: string, type?: string }} [properties]
 * @param {Node[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/**
 * A button for one thing of a list.
 * @param {string} text what stands on it
 * @param {string} about what it is about, for those who hear it without what stands around it
 * @param {() => Promise<void>} work
 */
export const actionButton = (text, about, work) => {
  const button = element('button', { type: 'button', textContent: text });
  button.setAttribute('aria-label', `${text}: ${about}`);
  button.addEventListener('click', () => whileBusy(button.closest('section') ?? button, work));
  return button;
};

/** @param {string | null} instant */
export const timeText = (instant) =>
  instant === null ? 'never' : new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
