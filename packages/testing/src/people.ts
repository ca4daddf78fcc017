import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.ts';
import { createMailbox, tokenIn } from './mailbox.ts';
import { waitFor } from './wait-for.ts';

export interface Newcomer {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/** Names nobody has, so that specs sharing a stack do not meet. */
export const newcomer = (name = 'person'): Newcomer => {
  const username = `${name}-${randomBytes(5).toString('hex')}`;
  return { username, email: `${username}@example.com`, password: `a long password of ${username}` };
};

export interface SignedInPerson extends Newcomer {
  readonly id: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** Signs somebody up, confirms the mail and signs in, all through the public interface. */
export const registerPerson = async (
  api: ApiClient,
  mailUrl: string,
  person: Newcomer = newcomer(),
  /** Of a stack that asks for one from its first administrator. */
  setupToken: string | null = null,
): Promise<SignedInPerson> => {
  const { email, username, password } = person;
  const body = { email, username, password, ...(setupToken === null ? {} : { setupToken }) };
  expectStatus(await api('POST', '/v1/registrations', { body }), 202);
  const mail = await createMailbox(mailUrl).waitForMail(email, /confirm/i);
  const id = await confirmSignUp(api, person, tokenIn(mail));
  return { ...person, id, ...(await signIn(api, person)) };
};

/** Presents the secret of the mail that comes after signing up, and waits until the person is in; their id. */
export const confirmSignUp = async (api: ApiClient, person: Newcomer, token: string): Promise<string> => {
  const verified = await api('POST', '/v1/registrations/verify', { body: { token } });
  // On a busy machine the other services may hear of somebody only after the answer. Who comes next must not be the first
  // that they hear of, because the first becomes the administrator.
  if (verified.status === 202) await waitFor(`${person.username} to be let in`, () => canUse(api, person), 30_000);
  else expectStatus(verified, 200);
  return verified.body.userId;
};

const canUse = async (api: ApiClient, person: Newcomer): Promise<boolean> => {
  const { token } = await signIn(api, person);
  const answers = await Promise.all(
    ['/v1/users/me', '/v1/users/me/permissions'].map((path) => api('GET', path, { token })),
  );
  return answers.every(({ status }) => status === 200);
};

export const signIn = async (api: ApiClient, person: Newcomer): Promise<{ token: string; refreshToken: string }> => {
  const body = { identifier: person.username, password: person.password };
  const session = await api('POST', '/v1/sessions', { body });
  expectStatus(session, 201);
  return { token: session.body.accessToken, refreshToken: session.body.refreshToken };
};

const expectStatus = (answer: { status: number; body: unknown }, status: number): void => {
  if (answer.status !== status) {
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
};
