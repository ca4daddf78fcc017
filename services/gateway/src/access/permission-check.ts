import type { PermissionCheck } from '@rollcall/service-kit/call-context';
import { ServiceUnavailableError } from '@rollcall/service-kit/service-client';
import { isRefusal } from '@rollcall/types/problems';
import type { AccessReading } from '../live/access-feed.ts';
import type { AccessFollower } from './follower.ts';

/** Does somebody hold a permission everywhere, as the graph has it? */
export const holdsIn = ({ graph, now }: AccessReading, userId: string, permission: string): boolean =>
  graph.check(`user:${userId}`, 'holder', `permission:${permission}`, now);

/** Asks the gateway's own replica. What cannot be known is no "no": that would be told as a 404. */
export const checkPermissionIn =
  (access: Pick<AccessFollower, 'present'>): PermissionCheck =>
  async (userId, permission) => {
    const reading = await access.present();
    if (isRefusal(reading)) throw new ServiceUnavailableError('role-permission', reading.refused);
    return holdsIn(reading, userId, permission);
  };
