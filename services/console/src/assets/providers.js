import { call, explain } from './api.js';
import { say } from './page.js';

const mark = 'from';

/** Goes to a provider; it sends the browser back here. @param {string} id */
export const beginAt = async (id) => {
  const back = new URLSearchParams(location.search);
  for (const told of ['identity', 'identity_error']) back.delete(told);
  back.set(mark, 'provider');
  const body = { returnTo: `${location.pathname}?${back}` };
  const answer = await call('POST', `/v1/identities/${encodeURIComponent(id)}/begin`, body);
  if (answer.ok) location.assign(answer.body.url);
  else say(explain(answer));
};

/** @param {URLSearchParams} parameters */
export const comesFromProvider = (parameters) =>
  parameters.get(mark) === 'provider' || parameters.has('identity_error');

const reasons = new Map(
  Object.entries({
    identity_not_linked:
      'There is an account with this address already. Sign in to it in another way, and link the two there.',
    email_outside_domains:
      'The other service speaks for addresses of your organization only, and yours there is none of them.',
    sign_up_closed: 'Only people who have an account here can sign in there. Please ask whoever invited you.',
    seat_limit_reached: 'Your organization has no free seat. Please ask its administrator.',
    sign_in_expired: 'That took too long, or was begun in another window. Please try again.',
    hook_unavailable: 'Nobody can be let in at the moment. Please try again later.',
    provider_unavailable: 'The other service does not answer. Please try again later, or sign in in another way.',
  }),
);

/** @param {string | null} code */
export const whyNot = (code) => reasons.get(code ?? '') ?? 'Signing in there did not work. Please try again.';
