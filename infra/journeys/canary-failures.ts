import { waitFor } from '@rollcall/testing/wait-for';
import postgres from 'postgres';
import type { CanaryStack } from './canary-stack.ts';

/** Tables that statements with secrets or personal values in them are about. */
const tables = [
  'registration.sign_ups',
  'registration.verifications',
  'auth.credentials',
  'auth.refresh_tokens',
  'auth.password_resets',
  'profile.profiles',
  'deactivation.accounts',
];

/**
 * Has requests fail in the middle of their statements, where errors carry parameters along: each table is taken away
 * under the services, and put back.
 *
 * @returns how many requests failed for it.
 */
export const failEverywhere = async (
  { stack, fresh, clientOf }: CanaryStack,
  { adminToken, userId }: { readonly adminToken: string; readonly userId: string },
): Promise<number> => {
  const api = clientOf({ userAgent: fresh('personal', 'a user agent of failures'), address: '192.0.2.66' });
  const post = async (path: string, body: object, token?: string): Promise<number> => {
    const { status } = await api('POST', path, { body, ...(token === undefined ? {} : { token }) });
    return status;
  };
  const newcomer = () => ({
    email: `${fresh('personal', 'an e-mail of failures')}@example.com`,
    username: fresh('personal', 'a username of failures'),
    password: fresh('secret', 'a password of failures'),
    profile: { firstName: fresh('personal', 'a first name of failures') },
  });
  /** Of the form of the mailed ones, and of those for refreshing. */
  const token = () => fresh('secret', 'a token of failures').padEnd(32, 'x');
  const password = () => fresh('secret', 'a password of failures');

  const sql = postgres(stack.postgres, { max: 1, onnotice: () => undefined });
  try {
    for (const table of tables) await sql.unsafe(`alter table ${table} rename to ${table.split('.')[1]}_away`);
    const name = { firstName: fresh('personal', 'a first name of failures') };
    const statuses = [
      await post('/v1/registrations', newcomer()),
      await post('/users/create', newcomer()),
      await post('/v1/registrations/verify', { token: token() }),
      await post('/v1/sessions', { identifier: fresh('personal', 'a name'), password: password() }),
      await post('/users/authenticate', { username: fresh('personal', 'a name'), password: password() }),
      await post('/v1/sessions/refresh', { refreshToken: token() }),
      await post('/v1/password/reset', { token: token(), password: password() }),
      (await api('PATCH', `/v1/users/${userId}`, { token: adminToken, body: name })).status,
      await post(`/v1/users/${userId}/deactivate`, { reason: fresh('personal', 'a reason of failures') }, adminToken),
    ];
    return statuses.filter((status) => status >= 500).length;
  } finally {
    for (const table of tables) await sql.unsafe(`alter table ${table}_away rename to ${table.split('.')[1]}`);
    await sql.end();
    await waitFor('the services to work again', async () => {
      const { status } = await api('GET', `/v1/users/${userId}`, { token: adminToken });
      return status === 200;
    });
  }
};
