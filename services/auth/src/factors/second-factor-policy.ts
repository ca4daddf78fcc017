import type { HopContext } from '@rollcall/service-kit/actor';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { userId } from '@rollcall/types/ids';
import { isRefusal } from '@rollcall/types/problems';
import { checkSecondFactor } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from '../ports.ts';
import type { SignedIn } from '../store/signed-in.ts';

/**
 * Who is signed in as well as the operator and their organizations want it; nobody, where a second factor is wanted and it was
 * not proved. At our own routes the gateway sees to that, which does not know who is signed in at an application's sign-in.
 *
 * @throws {ServiceUnavailableError} when that cannot be known
 */
export const signedInWell = async (
  { client }: Pick<Ports, 'client'>,
  who: SignedIn | undefined,
  hop: HopContext | undefined,
): Promise<SignedIn | undefined> => {
  if (who === undefined || who.methods.includes('mfa')) return who;
  const body = { userId: userId.parse(who.userId) };
  const checked = await client.call(checkSecondFactor, { body, ...(hop && { context: hop }) });
  if (isRefusal(checked)) throw new ServiceUnavailableError('role-permission', checked.refused);
  return checked.body.required ? undefined : who;
};
