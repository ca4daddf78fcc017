import { randomBytes } from 'node:crypto';
import type { Actor } from '@rollcall/service-kit/actor';
import { newId } from '@rollcall/service-kit/identity';
import type { TestCall } from '@rollcall/testing/service-under-test';
import { sessionId, userId } from '@rollcall/types/ids';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Answer } from './answer.ts';

type Ask = (method: string, path: string, call?: Omit<TestCall, 'method' | 'path'>) => Promise<Answer>;

export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

const claims = z.object({
  sub: userId,
  sid: sessionId,
  jti: z.string(),
  auth_time: z.number(),
  amr: z.array(z.string()),
});

/** Who the gateway would say that somebody with this access token is. */
export const actorOf = (accessToken: unknown): Actor => {
  const { sub, sid, jti, auth_time, amr } = claims.parse(decodeJwt(String(accessToken)));
  return { userId: sub, sessionId: sid, tokenId: jti, authenticatedAt: auth_time, methods: amr };
};

/** People as registration tells of them, and what they do to get in. */
export const createPeople = (ask: Ask) => {
  const signUp = async (): Promise<Person> => {
    const username = `Ada-${randomBytes(5).toString('hex')}`;
    const password = `a long password of ${username}`;
    const person = { userId: newId(), username, email: `${username}@Example.com`, password };
    await ask('PUT', `/internal/credentials/${person.userId}`, {
      from: 'registration',
      body: { password, expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
    });
    return person;
  };
  const enrol = ({ userId: id, email, username }: Person) =>
    ask('PUT', `/internal/users/${id}`, { from: 'registration', body: { email, username } });
  const signIn = async (person: Person, call: Omit<TestCall, 'method' | 'path'> = {}) => {
    const body = { identifier: person.username, password: person.password };
    const answer = await ask('POST', '/v1/sessions', { body, ...call });
    if (answer.status !== 201) throw new Error(`signing in answered ${answer.status}`);
    const { accessToken, refreshToken } = answer.body;
    return { actor: actorOf(accessToken), accessToken: String(accessToken), refreshToken: String(refreshToken) };
  };
  return {
    /** Somebody whose address is not confirmed yet. */
    signUp,
    enrol,
    /** Somebody with an account. */
    register: async (): Promise<Person> => {
      const person = await signUp();
      await enrol(person);
      return person;
    },
    signIn,
    refresh: (refreshToken: string) => ask('POST', '/v1/sessions/refresh', { body: { refreshToken } }),
    setAccess: (person: Person, enabled: boolean) =>
      ask('PUT', `/internal/users/${person.userId}/access`, { from: 'deactivation', body: { enabled } }),
  };
};
