import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { checkOrganization } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';

/** Its admins say how people come into an organization, and so does whoever manages all applications; to others it is not there. */
export const refuseUnlessGoverning = async (
  { client }: Pick<Ports, 'client'>,
  organizationId: string,
  { signedIn, hop, holds }: CallContext,
): Promise<Refusal | undefined> => {
  const body = { organizationId, userId: signedIn.userId };
  const checked = await client.call(checkOrganization, { body, context: hop });
  if (isRefusal(checked)) return checked;
  const { exists, sees, governs } = checked.body;
  if (governs || (exists && (await holds('clients.manage')))) return undefined;
  return refuse(sees ? 'forbidden' : 'not_found');
};
