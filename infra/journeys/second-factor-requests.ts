import { randomUUID } from 'node:crypto';
import type { SignedInPerson } from '@rollcall/testing/people';
import { generate } from 'otplib';
import { type CallerRequest, type Calling, type Compose, isIn } from './calling.ts';
import type { Cast } from './cast.ts';

const must = async (cast: Cast, method: string, path: string, token: string, body: unknown) => {
  const answer = await cast.api(method, path, { token, body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

/** Somebody new who has begun to use an authenticator app. */
const beginner = async (cast: Cast) => {
  const person = await cast.somebody();
  const { id, secret } = await must(cast, 'POST', '/v1/mfa/totp', person.token, {});
  return { person, factorId: String(id), code: await generate({ secret }) };
};

/** Somebody new with a second factor. */
const owner = async (cast: Cast) => {
  const { person, factorId, code } = await beginner(cast);
  const confirmed = await must(cast, 'POST', `/v1/mfa/totp/${factorId}/confirm`, person.token, { code });
  const recoveryCodes: string[] = confirmed.recoveryCodes;
  return { person, factorId, recoveryCodes };
};

const firstStep = async (cast: Cast, { username, password }: SignedInPerson): Promise<string> => {
  const answer = await cast.api('POST', '/v1/sessions', { body: { identifier: username, password } });
  if (answer.status !== 200) throw new Error(`no second factor was asked for: ${answer.status}`);
  return answer.body.mfaToken;
};

/** The second step of a sign-in by somebody who has one. */
const secondStep = async (cast: Cast) => {
  const { person, factorId, recoveryCodes } = await owner(cast);
  const mfaToken = await firstStep(cast, person);
  return { factorId, body: { mfaToken, method: 'recovery_code', code: recoveryCodes[0] ?? '' } };
};

/** A session of somebody new that began with a second factor. */
const strong = async (cast: Cast) => {
  const { factorId, body } = await secondStep(cast);
  const answer = await cast.api('POST', '/v1/sessions/mfa', { body });
  if (answer.status !== 201) throw new Error(`the sign-in was not completed: ${answer.status}`);
  return { params: { factorId }, token: String(answer.body.accessToken) };
};

/** Each call that is carried out is by somebody new: nobody else of a journey is asked for a second factor then. */
const byNewcomer =
  (compose: (cast: Cast) => Promise<CallerRequest>, otherwise: CallerRequest): Compose =>
  (calling: Calling) =>
    isIn(calling) ? compose(calling.cast) : otherwise;

const noFactor = { params: { factorId: randomUUID() } };
const anothers =
  (body?: unknown): Compose =>
  async ({ cast }) => {
    const { factorId } = await beginner(cast);
    return { params: { factorId }, ...(body === undefined ? {} : { body }) };
  };

export const secondFactorRequests: Readonly<Record<string, Compose>> = {
  completeSignIn: async ({ cast }) => ({ body: (await secondStep(cast)).body }),
  reauthenticate: byNewcomer(
    async (cast) => {
      const { token, password } = await cast.somebody();
      return { token, body: { password } };
    },
    { body: { password: 'any' } },
  ),
  enrolTotp: byNewcomer(async (cast) => ({ token: (await cast.somebody()).token, body: {} }), { body: {} }),
  confirmTotp: byNewcomer(
    async (cast) => {
      const { person, factorId, code } = await beginner(cast);
      return { params: { factorId }, token: person.token, body: { code } };
    },
    { ...noFactor, body: { code: '000000' } },
  ),
  "confirmTotp when another's": anothers({ code: '000000' }),
  listTotp: () => ({}),
  renameTotp: byNewcomer(async (cast) => ({ ...(await strong(cast)), body: { name: 'Mine' } }), {
    ...noFactor,
    body: { name: 'Mine' },
  }),
  "renameTotp when another's": anothers({ name: 'Mine' }),
  removeTotp: byNewcomer(async (cast) => {
    const { person, factorId } = await beginner(cast);
    return { params: { factorId }, token: person.token };
  }, noFactor),
  "removeTotp when another's": anothers(),
  readRecoveryCodes: () => ({}),
  makeRecoveryCodes: byNewcomer(async (cast) => ({ token: (await strong(cast)).token }), {}),
};
