import type { HopContext } from '@rollcall/service-kit/actor';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { userId } from '@rollcall/types/ids';
import { isRefusal } from '@rollcall/types/problems';
import { checkOrganization } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';

export const membersOnlyWords = 'This application is for members of the organization that it belongs to.';

/**
 * May an application sign this person in at all? One of an organization has its members, and nobody else, for as long as
 * they are members.
 *
 * @throws {ServiceUnavailableError} when that cannot be known
 */
export const isForThem = async (
  { client }: Pick<Ports, 'client'>,
  organizationId: string | null,
  accountId: string,
  hop: HopContext | undefined,
): Promise<boolean> => {
  if (organizationId === null) return true;
  const body = { organizationId, userId: userId.parse(accountId) };
  const checked = await client.call(checkOrganization, { body, ...(hop && { context: hop }) });
  if (isRefusal(checked)) throw new ServiceUnavailableError('role-permission', checked.refused);
  return checked.body.belongs;
};
