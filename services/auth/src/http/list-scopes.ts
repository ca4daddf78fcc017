import { answer, handle } from '@rollcall/service-kit/call-context';
import { listScopes } from '@rollcall/types/routes/auth/oauth-interactions';
import { presetRoles, scopes } from '@rollcall/types/scopes';

export const handleListScopes = () =>
  handle(listScopes, async () =>
    answer(200, {
      scopes: [...scopes],
      roles: presetRoles.map((role) => ({ ...role, scopes: [...role.scopes], permissions: [...role.permissions] })),
    }),
  );
