import { answer, handle } from '@rollcall/service-kit/call-context';
import { enrolUser } from '@rollcall/types/routes/profile';
import { firstProfile, makeProfile, sealFirstProfile } from '../new-profile.ts';
import type { Ports } from '../ports.ts';
import { findProfile } from '../store/profiles.ts';

/** `enrolled` tells whether this call did it; `user.registered` may have come first. */
export const handleEnrolUser = ({ connection, events, personal }: Ports) =>
  handle(enrolUser, async ({ params, body }, context) => {
    const { userId } = params;
    if (await findProfile(connection.db, userId)) return answer(200, { enrolled: false });
    const profile = firstProfile({ userId, ...body });
    const sealed = await sealFirstProfile(personal, profile);
    // Whoever confirms an address is not signed in yet, but it is their doing.
    const cause = { ...context.cause, actor: context.actor?.userId ?? userId };
    const enrolled = await events.transact((tx, emit) => makeProfile({ tx, emit }, profile, sealed, cause));
    return answer(200, { enrolled });
  });
