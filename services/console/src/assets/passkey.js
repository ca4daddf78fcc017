import { call, explain } from './api.js';

/**
 * @typedef {{ response: unknown, failed?: undefined } | { response?: undefined, failed: string }} Ceremony what a browser
 * made of it, or why it made nothing
 */

export const passkeysWork = () => SimpleWebAuthnBrowser.browserSupportsWebAuthn();

export const passkeysFillIn = () => SimpleWebAuthnBrowser.browserSupportsWebAuthnAutofill();

/**
 * Proves with a passkey who one is.
 * @param {{ mfaToken?: string, autofill?: boolean }} [of] the sign-in that it completes; offered among saved passwords
 * @returns {Promise<Ceremony>}
 */
export const provePasskey = async ({ mfaToken, autofill = false } = {}) => {
  const asked = await call('POST', '/v1/passkeys/authentication-options', mfaToken === undefined ? {} : { mfaToken });
  if (!asked.ok) return { failed: explain(asked) };
  const { startAuthentication } = SimpleWebAuthnBrowser;
  return carryOut(() => startAuthentication({ optionsJSON: asked.body.options, useBrowserAutofill: autofill }));
};

/**
 * Makes a passkey on this device, or on one that the browser reaches.
 * @param {any} options as the interface answered them
 * @returns {Promise<Ceremony>}
 */
export const makePasskey = (options) =>
  carryOut(() => SimpleWebAuthnBrowser.startRegistration({ optionsJSON: options }));

/**
 * @param {() => Promise<unknown>} ceremony
 * @returns {Promise<Ceremony>}
 */
const carryOut = async (ceremony) => {
  try {
    return { response: await ceremony() };
  } catch (error) {
    return { failed: reasons[error instanceof Error ? error.name : ''] ?? 'The passkey could not be used.' };
  }
};

/** @type {Readonly<Record<string, string>>} */
const reasons = {
  AbortError: '',
  InvalidStateError: 'This device has a passkey of your account already.',
  NotAllowedError: 'That was cancelled, or took too long.',
  SecurityError: 'Passkeys do not work at this address.',
};
