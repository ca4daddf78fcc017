import type { PersonalData } from '@rollcall/events/personal-data';
import { reactToPersonal, restoring } from '@rollcall/events/reaction';
import { userRegistered } from '@rollcall/types/events/registration';
import { firstProfile, makeProfile, sealFirstProfile } from '../new-profile.ts';
import { findProfile } from '../store/profiles.ts';

/** Makes the profile of a person about whom registration's own call did not arrive. */
export const onUserRegistered = (personal: PersonalData) =>
  restoring(
    reactToPersonal(userRegistered, async (event, scope) => {
      const userId = event.envelope.subject;
      // Without the key the person has been erased: there is nothing to make a profile of.
      if (!event.personal || (await findProfile(scope.tx, userId))) return;
      const profile = firstProfile({ userId, ...event.personal });
      // The key is at hand, since this person's values were opened just now: nothing is fetched while rows are locked.
      const sealed = await sealFirstProfile(personal, profile);
      await makeProfile(scope, profile, sealed, event.cause);
    }),
  );
