import { isDevelopersMachine } from './plan.mjs';

/** @import { Options } from './options.mjs' */
/** @import { Environment } from './types.ts' */

/**
 * Where everything is.
 *
 * @typedef {object} Addresses
 * @property {string} gateway
 * @property {readonly string[]} moreGateways its other replicas
 * @property {string | undefined} mail
 * @property {string} postgres the owner's URL
 * @property {string} nats
 */

/**
 * How the first administrator comes to be.
 *
 * @typedef {object} FirstAdministrator
 * @property {boolean} anyoneMayBe on a developer's machine the first person becomes it
 * @property {boolean} bootstrapped there is one, or was
 * @property {string | undefined} setupToken what to sign up with, as long as it is of use
 */

/**
 * What the operator reads once everything is up.
 * @param {Addresses} addresses
 * @param {FirstAdministrator} first
 * @param {readonly string[]} warned
 * @param {Pick<Options, 'dataFolder' | 'watch'>} options
 */
export function screen({ gateway, moreGateways, mail, postgres, nats }, first, warned, { dataFolder, watch }) {
  const api = named(gateway);
  return [
    '',
    '  Rollcall is running.',
    '',
    `  API         ${[gateway, ...moreGateways].map(named).join(', ')}`,
    `  Reference   ${api}/docs`,
    ...(mail ? [`  Mail        ${named(mail)} (every mail it sends ends there)`] : []),
    `  Postgres    ${withoutPassword(postgres)}`,
    `  NATS        ${withoutPassword(nats)}`,
    `  Data        ${dataFolder} (passwords in secrets.json, logs in logs/)`,
    '',
    `  Next: sign up on ${api}/docs${mail ? `, then open the link in the mail on ${named(mail)}` : ''}.`,
    ...firstAdministrator(first),
    ...warned.map((warning) => `  Mind: ${warning}`),
    '',
    `  ${watch ? 'The services start again when their files change. ' : ''}Ctrl-C stops everything; the data stays.`,
    '',
  ].join('\n');
}

/** @param {FirstAdministrator} first */
function firstAdministrator({ anyoneMayBe, bootstrapped, setupToken }) {
  if (bootstrapped) return [];
  if (anyoneMayBe) return ['  The first person who verifies their address becomes the administrator.'];
  return [
    '  There is no administrator. Whoever signs up first with this as "setupToken" becomes it:',
    `  ${setupToken ?? 'what ROLLCALL_SETUP_TOKEN says'}`,
  ];
}

/**
 * What would surprise an operator who serves people from here.
 * @param {Environment} env
 * @returns {string[]}
 */
export function warnings(env) {
  if (isDevelopersMachine(env)) return [];
  const mail = 'every mail ends on the mail page of this machine; set SMTP_URL so that people get theirs.';
  const proxy = 'behind a proxy, set TRUSTED_PROXIES, or everybody is counted as one address.';
  const url =
    'set PUBLIC_URL to the https:// address that people use: it is the issuer of tokens, the base of mailed links, and what makes cookies secure.';
  return [
    ...(env.PUBLIC_URL?.startsWith('https:') ? [] : [url]),
    ...(env.SMTP_URL ? [] : [mail]),
    ...(env.TRUSTED_PROXIES ? [] : [proxy]),
  ];
}

/**
 * The address as people type it.
 * @param {string} url
 */
function named(url) {
  return url.replace('//127.0.0.1:', '//localhost:').replace(/\/$/, '');
}

/** @param {string} text */
function withoutPassword(text) {
  if (!URL.canParse(text)) return text.replace(/\/\/[^@/]*@/, '//');
  const url = new URL(text);
  url.password = '';
  return url.href;
}
