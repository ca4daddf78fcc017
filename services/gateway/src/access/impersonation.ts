import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Identity } from '../identity/identity.ts';
import type { AccessFollower } from './follower.ts';
import { holdsIn } from './permission-check.ts';

/**
 * Why somebody may look at an account no longer, if so: they have lost the right to since they began, or its owner was given
 * one that they do not hold. Undefined of whoever is there in their own name.
 */
export const noLongerLooks = async (
  access: Pick<AccessFollower, 'present'>,
  { actor, impersonator }: Identity,
): Promise<Refusal | undefined> => {
  if (impersonator === undefined) return undefined;
  const reading = await access.present();
  if (isRefusal(reading)) return reading;
  const { graph, now } = reading;
  const { items } = graph.listObjects(`user:${actor.userId}`, 'holder', 'permission', now);
  // What the owner may do within an organization is seen by whoever looks, as the organization is.
  const everywhere = items.map((object) => object.slice('permission:'.length)).filter((name) => !name.includes('/'));
  const holdsAll = ['users.impersonate', ...everywhere].every((name) => holdsIn(reading, impersonator.userId, name));
  return holdsAll ? undefined : refuse('token_revoked');
};
