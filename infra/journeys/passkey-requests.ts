import { randomUUID } from 'node:crypto';
import { Authenticator } from '@rollcall/testing/authenticator';
import { type SignedInPerson, signIn } from '@rollcall/testing/people';
import { byOthers, type CallerRequest, type Calling, type Compose, once } from './calling.ts';
import type { Cast } from './cast.ts';

const ask = async (cast: Cast, path: string, request: { token?: string; body?: unknown }) => {
  const answer = await cast.api('POST', path, request);
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** A passkey in software for the address that people use. */
const device = (cast: Cast) =>
  once(cast, 'origin of passkeys', async () => {
    const { body } = await cast.api('GET', '/.well-known/openid-configuration');
    return String(body.issuer);
  }).then((origin) => new Authenticator(origin));

const answered = async (cast: Cast, token: string) => {
  const made = await device(cast);
  const { options } = await ask(cast, '/v1/passkeys/registration-options', { token });
  return { made, response: made.register(options) };
};

export interface PasskeyHolder {
  readonly person: SignedInPerson;
  readonly passkeyId: string;
  /** What their browser answers to a request to sign in. */
  readonly sign: () => Promise<unknown>;
}

/** Has somebody begin to use a passkey. */
export const holdPasskey = async (cast: Cast, person: SignedInPerson): Promise<PasskeyHolder> => {
  const { made, response } = await answered(cast, person.token);
  const { id } = await ask(cast, '/v1/passkeys', { token: person.token, body: { response } });
  const sign = async () => made.sign((await ask(cast, '/v1/passkeys/authentication-options', { body: {} })).options);
  return { person, passkeyId: String(id), sign };
};

/** A passkey of somebody who signed in with it, by the kind of caller. */
const strong = ({ cast, kind }: Calling): Promise<CallerRequest> =>
  once(cast, `passkey ${kind}`, async () => {
    const { passkeyId, sign } = await holdPasskey(cast, await cast.named(`passkey-${kind}`));
    const { accessToken } = await ask(cast, '/v1/sessions/passkey', { body: { response: await sign() } });
    return { params: { passkeyId }, token: String(accessToken) };
  });

const nobodys = { params: { passkeyId: randomUUID() } };

const anothers =
  (body?: unknown): Compose =>
  async ({ cast }) => {
    const { passkeyId } = await once(cast, 'passkey of another', async () => holdPasskey(cast, await cast.somebody()));
    return { params: { passkeyId }, ...(body === undefined ? {} : { body }) };
  };

const invented = async (cast: Cast) =>
  (await device(cast)).register({ challenge: Buffer.alloc(32).toString('base64url') });

export const passkeyRequests: Readonly<Record<string, Compose>> = {
  beginPasskey: byOthers(async ({ cast, kind }) => ({ token: (await cast.named(`keyless-${kind}`)).token }), {}),
  addPasskey: async (calling) => {
    const { cast, kind } = calling;
    const otherwise = { body: { response: await invented(cast) } };
    const compose = async () => {
      const { token } = await signIn(cast.api, await cast.named(`adds-${kind}`));
      return { token, body: { response: (await answered(cast, token)).response } };
    };
    return byOthers(compose, otherwise)(calling);
  },
  listPasskeys: () => ({}),
  renamePasskey: byOthers(async (calling) => ({ ...(await strong(calling)), body: { name: 'Mine' } }), {
    ...nobodys,
    body: { name: 'Mine' },
  }),
  "renamePasskey when another's": anothers({ name: 'Mine' }),
  removePasskey: byOthers(strong, nobodys),
  "removePasskey when another's": anothers(),
  askForPasskey: () => ({ body: {} }),
  signInWithPasskey: async ({ cast }) => {
    const { sign } = await once(cast, 'passkey to sign in with', async () => holdPasskey(cast, await cast.somebody()));
    return { body: { response: await sign() } };
  },
};
