import { randomUUID } from 'node:crypto';
import { type SignedInPerson, signIn } from '@rollcall/testing/people';
import { generate } from 'otplib';
import { byOthers, type Calling, type Compose, once } from './calling.ts';
import type { Cast } from './cast.ts';

const must = async (cast: Cast, method: string, path: string, token: string, body: unknown) => {
  const answer = await cast.api(method, path, { token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** Has somebody begin to use an authenticator app. */
const begun = async (cast: Cast, { token }: Pick<SignedInPerson, 'token'>) => {
  const { id, secret } = await must(cast, 'POST', '/v1/mfa/totp', token, {});
  return { factorId: String(id), code: await generate({ secret }) };
};

/** The second step of a sign-in by somebody new. */
const secondStep = async (cast: Cast) => {
  const person = await cast.somebody();
  const { factorId, code } = await begun(cast, person);
  const confirmed = await must(cast, 'POST', `/v1/mfa/totp/${factorId}/confirm`, person.token, { code });
  const credentials = { identifier: person.username, password: person.password };
  const asked = await cast.api('POST', '/v1/sessions', { body: credentials });
  if (asked.status !== 200) throw new Error(`no second factor was asked for: ${asked.status}`);
  const recoveryCodes: string[] = confirmed.recoveryCodes;
  const body = { mfaToken: asked.body.mfaToken, method: 'recovery_code', code: recoveryCodes[0] ?? '' };
  return { factorId, body };
};

const beginStrong = async (cast: Cast) => {
  const { factorId, body } = await secondStep(cast);
  const answer = await cast.api('POST', '/v1/sessions/mfa', { body });
  if (answer.status !== 201) throw new Error(`the sign-in was not completed: ${answer.status}`);
  return { params: { factorId }, token: String(answer.body.accessToken) };
};

/** A session that began with a second factor, the same one for each kind of caller. */
const strong = ({ cast, kind }: Calling) => once(cast, `strong ${kind}`, () => beginStrong(cast));

const noFactor = { params: { factorId: randomUUID() } };

const anothers =
  (body?: unknown): Compose =>
  async ({ cast }) => {
    const { factorId } = await once(cast, 'factor', async () => begun(cast, await cast.somebody()));
    return { params: { factorId }, ...(body === undefined ? {} : { body }) };
  };

export const secondFactorRequests: Readonly<Record<string, Compose>> = {
  completeSignIn: async ({ cast }) => ({ body: (await secondStep(cast)).body }),
  reauthenticate: byOthers(
    async ({ cast, kind }) => {
      const person = await cast.named(`again-${kind}`);
      return { token: (await signIn(cast.api, person)).token, body: { password: person.password } };
    },
    { body: { password: 'any' } },
  ),
  enrolTotp: byOthers(async ({ cast, kind }) => ({ token: (await cast.named(`begins-${kind}`)).token, body: {} }), {
    body: {},
  }),
  confirmTotp: byOthers(
    async ({ cast }) => {
      const person = await cast.somebody();
      const { factorId, code } = await begun(cast, person);
      return { params: { factorId }, token: person.token, body: { code } };
    },
    { ...noFactor, body: { code: '000000' } },
  ),
  "confirmTotp when another's": anothers({ code: '000000' }),
  listTotp: () => ({}),
  renameTotp: byOthers(async (calling) => ({ ...(await strong(calling)), body: { name: 'Mine' } }), {
    ...noFactor,
    body: { name: 'Mine' },
  }),
  "renameTotp when another's": anothers({ name: 'Mine' }),
  removeTotp: byOthers(async ({ cast, kind }) => {
    const person = await cast.named(`removes-${kind}`);
    const { factorId } = await begun(cast, person);
    return { params: { factorId }, token: person.token };
  }, noFactor),
  "removeTotp when another's": anothers(),
  removeUserFactors: async ({ cast }) => ({
    params: { userId: (await once(cast, 'helped', () => cast.somebody())).id },
  }),
  readRecoveryCodes: () => ({}),
  makeRecoveryCodes: byOthers(async (calling) => ({ token: (await strong(calling)).token }), {}),
};
