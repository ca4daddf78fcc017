import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { fakeServices } from '@rollcall/testing/service-under-test';
import { storeImportedCredential, storePendingCredential } from '@rollcall/types/routes/auth/accounts';
import { checkPermission, checkSetupToken } from '@rollcall/types/routes/role-permission/internal';
import type { ServiceName } from '@rollcall/types/services';

const idIn = (target: string): string => target.split('/').at(3) ?? '';

/** Auth, profile and role-permission, played: they remember what they were told, and can be slow, down or refuse. */
export const playOtherServices = () => {
  const credentials = new Map<string, { password: string; expiresAt: string }>();
  const told: { service: ServiceName; userId: string; body: unknown }[] = [];
  const granted = new Set<string>();
  const world = {
    down: new Set<ServiceName>(),
    /** Refuse to enrol these. */
    refused: new Set<string>(),
    /** The one that would make the first administrator; none does once there has been one. */
    setupToken: undefined as string | undefined,
    hashing: 'free' as 'free' | 'overloaded',
    before: async (_service: ServiceName, _target: string): Promise<void> => undefined,
  };
  let asked: ServiceName = 'auth';
  const services = fakeServices({
    'PUT /internal/credentials/*': ({ target, json }) => {
      if (world.hashing === 'overloaded') return { status: 503, body: { code: 'overloaded' } };
      const body = storePendingCredential.body.parse(json);
      if (body.password === 'password' || body.about?.includes(body.password)) {
        return { status: 400, body: { code: 'weak_password' } };
      }
      credentials.set(idIn(target), body);
      return { status: 200, body: { stored: true } };
    },
    'PUT /internal/imported-credentials/*': ({ target, json }) => {
      const { passwordHash, expiresAt } = storeImportedCredential.body.parse(json);
      if (passwordHash === '$1$unusable') {
        return { status: 422, body: { code: 'unprocessable' } };
      }
      credentials.set(idIn(target), { password: passwordHash, expiresAt });
      return { status: 200, body: { stored: true } };
    },
    'PUT /internal/users/*': ({ target, json }) => {
      const userId = idIn(target);
      if (world.refused.has(userId)) return { status: 404, body: { code: 'not_found' } };
      told.push({ service: asked, userId, body: json });
      return { status: 200, body: { enrolled: true, revision: 1 } };
    },
    'POST /internal/setup-token/check': ({ json }) => {
      const { setupToken } = checkSetupToken.body.parse(json);
      return { status: 200, body: { valid: setupToken === world.setupToken } };
    },
    'POST /internal/permission-checks': ({ json }) => {
      const { userId, permission } = checkPermission.body.parse(json);
      return { status: 200, body: { granted: granted.has(`${userId} ${permission}`), revision: 1 } };
    },
  });
  const directory: ServiceDirectory = {
    close: async () => undefined,
    send: async (service, request) => {
      await world.before(service, request.target);
      if (world.down.has(service)) throw new Error('the spec has switched this service off');
      // Answered without waiting, so nobody else comes in between.
      asked = service;
      return services.send(service, request);
    },
  };
  return {
    directory,
    world,
    credentials,
    grant: (person: { readonly userId: string }, permission: string) => granted.add(`${person.userId} ${permission}`),
    revoke: (person: { readonly userId: string }, permission: string) =>
      granted.delete(`${person.userId} ${permission}`),
    /** Who was told about a person, and what. */
    toldAbout: (userId: string) =>
      told.filter((one) => one.userId === userId).map(({ service, body }) => ({ service, body })),
  };
};
