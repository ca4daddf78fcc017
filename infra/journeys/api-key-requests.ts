import { randomUUID } from 'node:crypto';
import { type Compose, isIn } from './calling.ts';
import type { Cast } from './cast.ts';

const key = { name: 'Made by a journey', scopes: ['organizations.read'], expiresInDays: 1 };

/** A key of the person with this token. */
export const keyOf = async (cast: Cast, token: string, scopes: readonly string[] = key.scopes) => {
  const { status, body } = await cast.api('POST', '/v1/api-keys', { token, body: { ...key, scopes } });
  if (status !== 201) throw new Error(`no key was made: ${status} ${body.code}`);
  return { keyId: String(body.id), key: String(body.key) };
};

/** A service account that an administrator has added. */
export const someServiceAccount = async (cast: Cast): Promise<string> =>
  String((await cast.asAdmin('POST', '/v1/service-accounts', { name: 'Made by a journey' })).id);

const anAccount: Compose = async ({ cast }) => ({ params: { serviceAccountId: await someServiceAccount(cast) } });

const anAdministrator: Compose = async ({ cast }) => {
  const serviceAccountId = await someServiceAccount(cast);
  await cast.asAdmin('PUT', `/v1/users/${serviceAccountId}/permissions/admin`);
  return { params: { serviceAccountId }, body: key };
};

export const apiKeyRequests: Readonly<Record<string, Compose>> = {
  listApiKeys: () => ({}),
  createApiKey: () => ({ body: key }),
  revokeApiKey: async (calling) => ({
    params:
      calling.caller && isIn(calling)
        ? { keyId: (await keyOf(calling.cast, calling.caller.token)).keyId }
        : { keyId: randomUUID() },
  }),
  "revokeApiKey when another's": async ({ cast }) => {
    const { token } = await cast.somebody();
    return { params: { keyId: (await keyOf(cast, token)).keyId } };
  },
  listServiceAccounts: () => ({}),
  createServiceAccount: () => ({ body: { name: 'Made by a journey' } }),
  readServiceAccount: anAccount,
  updateServiceAccount: async (calling) => ({ ...(await anAccount(calling)), body: { name: `By ${calling.kind}` } }),
  removeServiceAccount: anAccount,
  listServiceAccountKeys: anAccount,
  createServiceAccountKey: async (calling) => ({ ...(await anAccount(calling)), body: key }),
  "createServiceAccountKey when an administrator's": anAdministrator,
  revokeServiceAccountKey: async ({ cast }) => {
    const id = await someServiceAccount(cast);
    const made = await cast.asAdmin('POST', `/v1/service-accounts/${id}/keys`, key);
    return { params: { serviceAccountId: id, keyId: String(made.id) } };
  },
};
