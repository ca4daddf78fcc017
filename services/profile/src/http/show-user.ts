import { answer, type CallContext } from '@rollcall/service-kit/call-context';
import { hasSeen } from '@rollcall/service-kit/if-none-match';
import type { UserId } from '@rollcall/types/ids';
import type { Profile } from '../store/profiles.ts';
import { entityTag } from './entity-tag.ts';
import { sightOf, userView } from './user-view.ts';

/** A profile as the caller may see it, or 304 to one who has just that. */
export const showUser = async (userId: UserId, profile: Profile, context: CallContext) => {
  const sight = await sightOf(userId, context);
  const etag = entityTag(profile.version, sight);
  return hasSeen(context.headers.get('if-none-match'), etag)
    ? answer(304, undefined, { etag })
    : answer(200, userView(userId, profile, sight), { etag });
};
