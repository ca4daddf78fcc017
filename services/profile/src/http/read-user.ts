import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { readUser } from '@rollcall/types/routes/profile';
import type { Ports } from '../ports.ts';
import { findProfile } from '../store/profiles.ts';
import { entityTag } from './entity-tag.ts';
import { seesAll, userView } from './user-view.ts';

export const handleReadUser = ({ connection }: Ports) =>
  handle(readUser, async ({ params }, context) => {
    const profile = await findProfile(connection.db, params.userId);
    if (!profile) return refuse('not_found');
    const all = await seesAll(params.userId, context);
    return answer(200, userView(params.userId, profile, all), { etag: entityTag(profile.version) });
  });
