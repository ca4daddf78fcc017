import { reactTo } from '@rollcall/events/reaction';
import { userDeactivated, userReactivated } from '@rollcall/types/events/deactivation';
import { setStatus } from '../store/profiles.ts';

/**
 * Keeps the status of an account with its profile.
 *
 * @throws when there is no profile yet: the event that makes it comes from another service, so it may come later, and
 * this one is then tried again.
 */
export const onAccountStatus = [userDeactivated, userReactivated].map((definition) =>
  reactTo(definition, async ({ envelope, data }, { tx }) => {
    const known = await setStatus(tx, envelope.subject, data.after.status);
    if (!known) throw new Error('the account has no profile yet');
  }),
);
