import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

export interface FormPage {
  readonly title: string;
  /** What the button will do, in a sentence. */
  readonly explanation: string;
  readonly button: string;
  /** Route that the page posts to, as JSON. */
  readonly action: string;
  /** Said after success. */
  readonly done: string;
  readonly token: string;
  /** Asks for a new password beside the token. */
  readonly asksPassword?: boolean;
}

const style = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem}
h1{font-size:1.5rem}label{display:block;margin:1rem 0}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1d4ed8;color:#fff;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid #93c5fd}button[disabled]{opacity:.6}`;

// The token reaches the script through the form, never through the script's text, so that its hash stays constant.
const script = `const form=document.querySelector('form'),said=document.querySelector('[role=status]');
form.addEventListener('submit',async(e)=>{e.preventDefault();const b=form.querySelector('button');b.disabled=true;said.textContent='One moment…';
const{action,done,...body}={action:form.dataset.action,done:form.dataset.done,...Object.fromEntries(new FormData(form))};
try{const r=await fetch(action,{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify(body)});
if(r.ok){form.hidden=true;said.textContent=done;return}const p=await r.json();
said.textContent=[p.title,p.detail,...(p.errors??[]).map(x=>x.pointer.split('/').pop()+' '+x.detail)].filter(Boolean).join('; ')}
catch{said.textContent='The service cannot be reached. Please try again.'}b.disabled=false});
history.replaceState(null,'',location.pathname);`;

const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Headers of such a page: nothing loads from anywhere, and the address with its token goes nowhere. */
export const formPageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src ${sourceHash(style)}; script-src ${sourceHash(script)}; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
};

/**
 * The page behind a mailed link. Opening it changes nothing, since mail scanners open links; its one button does.
 */
export const formPage = (page: FormPage): string =>
  String(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${page.title}</title><style>${raw(style)}</style></head>
<body><main><h1>${page.title}</h1><p>${page.explanation}</p>
<form data-action="${page.action}" data-done="${page.done}"><input type="hidden" name="token" value="${page.token}">
${page.asksPassword ? html`<label>New password <input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="256" required></label>` : ''}
<button>${page.button}</button></form><p role="status" aria-live="polite"></p></main><script>${raw(script)}</script></body></html>`);
