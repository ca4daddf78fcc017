import type { PersonalData } from '@rollcall/events/personal-data';
import type { ReactionScope } from '@rollcall/events/reaction';
import type { Cause } from '@rollcall/service-kit/actor';
import type { PersonalOf } from '@rollcall/types/event-definition';
import { profileCreated } from '@rollcall/types/events/profile';
import { genderCode, type ProfileFacts } from '@rollcall/types/people';
import { addProfile, type NewProfile } from './store/profiles.ts';

export interface VerifiedPerson {
  readonly userId: string;
  readonly email: string;
  readonly username: string;
  readonly profile: ProfileFacts;
}

/** The first state of a profile. A gender we do not know is left out rather than the person lost. */
export const firstProfile = ({ profile, ...person }: VerifiedPerson): NewProfile => ({
  ...person,
  firstName: profile.firstName ?? null,
  lastName: profile.lastName ?? null,
  description: profile.description ?? null,
  gender: genderCode.safeParse(profile.gender).data ?? null,
  countryCode: profile.countryCode ?? null,
  locale: profile.locale ?? null,
  timeZone: profile.timeZone ?? null,
});

/** What `profile.created` says of a person. The e-mail address is not ours to tell: registration owns it. */
export const sealFirstProfile = (personal: PersonalData, { userId, email: _, ...fields }: NewProfile) => {
  const after: PersonalOf<typeof profileCreated>['after'] = { ...fields, externalIds: {} };
  return personal.seal(userId, { after });
};

/** @returns false, having done nothing, when the person has a profile already. */
export const makeProfile = async (
  { tx, emit }: ReactionScope,
  profile: NewProfile,
  sealed: string,
  cause: Cause,
): Promise<boolean> => {
  const added = await addProfile(tx, profile);
  if (!added) return false;
  await emit(profileCreated, {
    subject: profile.userId,
    data: { version: added.version },
    personal: sealed,
    cause,
  });
  return true;
};
