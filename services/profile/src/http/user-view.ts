import type { CallContext } from '@rollcall/service-kit/call-context';
import type { UserId } from '@rollcall/types/ids';
import type { User } from '@rollcall/types/routes/profile';
import type { Profile } from '../store/profiles.ts';

/** May the caller see everything of this person, the e-mail address included? */
export const seesAll = async (userId: UserId, context: CallContext): Promise<boolean> =>
  context.signedIn.userId === userId || context.holds('users.read');

/** A profile as the caller may see it. */
export const userView = (id: UserId, profile: Profile, all: boolean): User => ({
  id,
  username: profile.username,
  firstName: profile.firstName,
  lastName: profile.lastName,
  description: profile.description,
  createdAt: profile.createdAt.toISOString(),
  updatedAt: profile.updatedAt.toISOString(),
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
