import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { beyondScopes } from '@rollcall/types/route-scopes';
import { readUser, readUserServiceUser } from '@rollcall/types/routes/profile';
import type { Ports } from '../ports.ts';
import { findProfile } from '../store/profiles.ts';
import { showUser } from './show-user.ts';

/** The UserService form of reading a user, which also answers whether that user has a permission. */
export const handleReadUserServiceUser = ({ connection, checkPermission }: Ports) =>
  handle(readUserServiceUser, async ({ params, query }, context) => {
    const { userId } = params;
    const { signedIn } = context;
    const isOwn = signedIn.userId === userId;
    // A key that may ask about permissions opens the route, and shows nobody's account by it.
    const beyond = query.permission === undefined && beyondScopes(readUser, signedIn.scopes, isOwn);
    if (beyond) return beyond;
    const profile = await findProfile(connection.db, userId);
    if (!profile) return refuse('not_found');
    if (query.permission === undefined) return showUser(userId, profile, context);
    const mayAsk = isOwn || (await context.holds('permissions.read'));
    if (!mayAsk) return refuse('not_found');
    const granted = await checkPermission(userId, query.permission, context.hop);
    return answer(200, { permission: query.permission, granted });
  });
