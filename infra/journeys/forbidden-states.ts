import { newcomer, type SignedInPerson, signIn } from '@rollcall/testing/people';
import postgres from 'postgres';
import { nextPassword } from './calling.ts';
import type { Cast } from './cast.ts';
import type { ForbiddenState } from './door-rows.ts';
import type { Credential } from './doors.ts';

/** Somebody about whom no administrator has vouched, and who has not opened their mail. */
export const unverifiedPerson = async ({ api }: Cast): Promise<ReturnType<typeof newcomer>> => {
  const person = newcomer('waiting');
  const { email, username, password } = person;
  await api('POST', '/v1/registrations', { body: { email, username, password } });
  return person;
};

/** Moves what a person was given past its end, as time would; nothing else happens, and no clean-up runs so soon. */
const expire = async (url: string, { id }: SignedInPerson): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const past = sql`now() - interval '1 second'`;
  await sql`update auth.sessions set expires_at = ${past} where user_id = ${id}`;
  await sql`update auth.api_keys set expires_at = ${past} where owner_id = ${id}`;
  await sql`update auth.password_resets set expires_at = ${past} where user_id = ${id}`;
  await sql`update auth.magic_links set expires_at = ${past} where user_id = ${id}`;
  await sql`update registration.verifications set expires_at = ${past}`;
  await sql.end();
};

type Bring = (cast: Cast, person: SignedInPerson, held: readonly Credential[]) => Promise<unknown>;

/** Brings each state about, through the public interface where there is a way. */
export const bringAbout: Readonly<Record<Exclude<ForbiddenState, 'unverified'>, Bring>> = {
  deactivated: (cast, { id }) => cast.asAdmin('POST', `/v1/users/${id}/deactivate`),
  'deactivated and reactivated': async (cast, { id }) => {
    await cast.asAdmin('POST', `/v1/users/${id}/deactivate`);
    await cast.asAdmin('POST', `/v1/users/${id}/reactivate`);
  },
  'signed out': (_, __, held) => Promise.all(held.map(({ signOut }) => signOut?.())),
  'signed out by an administrator': (cast, { id }) => cast.asAdmin('DELETE', `/v1/users/${id}/sessions`),
  'password changed elsewhere': async (cast, person) => {
    const { token } = await signIn(cast.api, person);
    const body = { current: person.password, password: nextPassword() };
    const answer = await cast.api('PUT', '/v1/password', { token, body });
    if (answer.status !== 200) throw new Error(`the password was not changed: ${answer.status}`);
  },
  'password reset': async (cast, { email }) => {
    const ask = () => cast.api('POST', '/v1/password/forgot', { body: { email } });
    const body = { token: await cast.mailedToken(email, 'reset-password', ask), password: nextPassword() };
    const answer = await cast.api('POST', '/v1/password/reset', { body });
    if (answer.status !== 200) throw new Error(`the password was not reset: ${answer.status}`);
  },
  used: (_, __, held) => Promise.all(held.map(({ present }) => present())),
  expired: (cast, person) => expire(cast.postgres, person),
};
