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
  find('#said', HTMLElement).textContent = text;
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
 * Lets a script answer a form. While it works nothing is sent twice.
 * @param {HTMLFormElement} form
 * @param {(values: Record<string, string>) => Promise<void>} work
 */
export const onSubmit = (form, work) => {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    await whileBusy(form, () => work(valuesOf(form)));
  });
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
