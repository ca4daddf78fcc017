import { handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { readUser } from '@rollcall/types/routes/profile';
import type { Ports } from '../ports.ts';
import { findProfile } from '../store/profiles.ts';
import { showUser } from './show-user.ts';

export const handleReadUser = ({ connection }: Ports) =>
  handle(readUser, async ({ params }, context) => {
    const profile = await findProfile(connection.db, params.userId);
    if (!profile) return refuse('not_found');
    return showUser(params.userId, profile, context);
  });
