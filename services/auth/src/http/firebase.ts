import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { linkFirebase, signInWithFirebase } from '@rollcall/types/routes/auth/identities';
import { proveFresh } from '../factors/freshness.ts';
import { linkIdentity } from '../identities/link-identity.ts';
import { type Identified, isFault } from '../identities/provider.ts';
import { signInByIdentity } from '../identities/sign-in-by-identity.ts';
import type { Ports } from '../ports.ts';
import { signInAnswer } from '../sessions/sign-in-answer.ts';
import { describedIdentity } from './identities.ts';

const id = 'firebase';

export const firebaseHandlers = (ports: Ports) => [
  handle(signInWithFirebase, async ({ body, query }, context) => {
    const identified = await readIdToken(ports, body.idToken, context);
    if (isRefusal(identified)) return identified;
    const signUp = ports.config.identityProviders.get(id)?.signUp ?? false;
    const outcome = await signInByIdentity(ports, id, identified, context, undefined, { signUp });
    return signInAnswer(ports, outcome, query, context);
  }),

  handle(linkFirebase, async ({ body }, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const identified = await readIdToken(ports, body.idToken, context);
    if (isRefusal(identified)) return identified;
    const linked = await linkIdentity(ports, id, identified, context.signedIn, context.cause);
    return isRefusal(linked) ? linked : answer(201, describedIdentity(linked));
  }),
];

const readIdToken = async (
  { config, verifyFirebase }: Ports,
  idToken: string,
  { log }: CallContext,
): Promise<Identified | Refusal> => {
  const provider = config.identityProviders.get(id);
  if (provider?.type !== 'firebase') return refuse('not_found');
  const outcome = await verifyFirebase(provider, idToken);
  if (!isFault(outcome)) return outcome;
  log.info({ provider: id, reason: outcome.reason }, 'a provider did not identify anybody');
  return outcome.fault === 'provider_refused'
    ? refuse('invalid_credentials')
    : refuse('provider_unavailable', { retryAfterSeconds: 10 });
};
