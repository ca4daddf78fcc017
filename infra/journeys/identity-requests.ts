import { randomUUID } from 'node:crypto';
import { firebaseToken, formProvider, redirectProvider } from '@rollcall/testing/identity-providers';
import type { SignedInPerson } from '@rollcall/testing/people';
import { type Compose, isIn, once } from './calling.ts';
import type { Cast } from './cast.ts';

/** Of somebody at the provider whom nobody here knows. */
const freshToken = () => firebaseToken(randomUUID(), `${randomUUID()}@example.com`);

const nobodys = { params: { identityId: randomUUID() } };

const link = async (cast: Cast, { token }: Pick<SignedInPerson, 'token'>) => {
  const body = { idToken: await freshToken() };
  const answer = await cast.api('POST', '/v1/identities/firebase/link', { token, body });
  if (answer.status !== 201) throw new Error(`nothing was linked: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { identityId: String(answer.body.id) };
};

export const identityRequests: Readonly<Record<string, Compose>> = {
  listIdentityProviders: () => ({}),
  beginIdentity: () => ({ params: { provider: redirectProvider }, body: {} }),
  completeIdentity: () => ({ params: { provider: redirectProvider }, query: 'state=never-begun&code=none' }),
  completeIdentityByForm: () => ({ params: { provider: formProvider }, form: 'state=never-begun&code=none' }),
  listIdentities: () => ({}),
  unlinkIdentity: async (calling) => {
    const { cast, kind } = calling;
    if (!isIn(calling)) return nobodys;
    const person = await cast.named(`unlinks-${kind}`);
    return { params: await link(cast, person), token: person.token };
  },
  "unlinkIdentity when another's": async ({ cast }) => ({
    params: await once(cast, 'identity', async () => link(cast, await cast.somebody())),
  }),
  // The same person each time, who has an account from the first one on.
  signInWithFirebase: async ({ cast }) => ({ body: { idToken: await once(cast, 'firebase', freshToken) } }),
  linkFirebase: async (calling) => {
    const { cast, kind } = calling;
    const body = { idToken: await once(cast, `links ${kind}`, freshToken) };
    return isIn(calling) ? { token: (await cast.named(`links-${kind}`)).token, body } : { body };
  },
};
