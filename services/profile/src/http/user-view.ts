import type { CallContext } from '@rollcall/service-kit/call-context';
import type { UserId } from '@rollcall/types/ids';
import type { User } from '@rollcall/types/routes/profile';
import type { Profile } from '../store/profiles.ts';

/** How much the caller may see of a person beside what everyone does. */
export interface Sight {
  /** The e-mail address and all else that is private. */
  readonly all: boolean;
  /** Whether the account is deactivated. */
  readonly status: boolean;
}

export const sightOf = async (userId: UserId, context: CallContext): Promise<Sight> => {
  const all = context.signedIn.userId === userId || (await context.holds('users.read'));
  return { all, status: all || (await context.holds('users.manage')) };
};

/** A profile as the caller may see it. */
export const userView = (id: UserId, profile: Profile, { all, status }: Sight): User => ({
  id,
  username: profile.username,
  firstName: profile.firstName,
  lastName: profile.lastName,
  description: profile.description,
  createdAt: profile.createdAt.toISOString(),
  updatedAt: profile.updatedAt.toISOString(),
  ...(status ? { status: profile.status } : {}),
  ...(all
    ? {
        email: profile.email,
        gender: profile.gender,
        countryCode: profile.countryCode,
        locale: profile.locale,
        timeZone: profile.timeZone,
        externalIds: profile.externalIds,
      }
    : {}),
});
