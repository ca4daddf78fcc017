import { isLoopbackUrl } from '@rollcall/service-kit/developers-machine';
import type { Environment } from '@rollcall/service-kit/environment';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import { setUpDevUser } from '@rollcall/types/routes/registration';
import { appointDevAdmin } from '@rollcall/types/routes/role-permission/internal';
import { askServices } from './ask-services.ts';
import type { StackPlan } from './plan.ts';

/** The first user of a developer's machine. The password is known to everybody: it must not be anywhere else. */
export const devUser = { username: 'user', email: 'user@example.com', password: 'string' } as const;

/** Why such a user must not be made here; undefined on a developer's own machine. */
export const whyNotHere = ({ NODE_ENV, PUBLIC_URL, DATABASE_URL }: Environment): string | undefined => {
  const because = 'A user whose password everybody knows is for a developer’s own machine only';
  if (NODE_ENV !== 'development') return `${because}: NODE_ENV is ${NODE_ENV}, not development.`;
  if (!isLoopbackUrl(PUBLIC_URL ?? '')) return `${because}: PUBLIC_URL does not lead to localhost.`;
  if (!isLoopbackUrl(DATABASE_URL ?? '')) return `${because}: DATABASE_URL does not lead to localhost.`;
  return undefined;
};

/** What takes part, each before those that call it. */
const participants = ['role-permission', 'profile', 'auth', 'registration'] as const;

/**
 * Makes the user and appoints it administrator.
 *
 * @returns whether the user is new, or why there is none.
 */
export const setUpDevUsers = (plan: StackPlan): Promise<{ readonly created: boolean } | { readonly reason: string }> =>
  askServices(plan, participants, askFor);

const askFor = async (client: ServiceClient) => {
  const { username, email, password } = devUser;
  const made = await client.call(setUpDevUser, { params: { username }, body: { email, password }, timeout: 8_000 });
  if (isRefusal(made)) return { reason: reasonOf(made) };
  const appointed = await client.call(appointDevAdmin, { params: { userId: made.body.userId } });
  return isRefusal(appointed) ? { reason: reasonOf(appointed) } : { created: made.body.created };
};

const reasonOf = ({ refused }: Refusal): string => {
  if (refused === 'username_taken') return `Somebody else has the username ${devUser.username} already.`;
  if (refused === 'unprocessable') return `${devUser.email} belongs to an account with another username already.`;
  if (refused === 'user_suspended') return `The user ${devUser.username} is deactivated: reactivate it first.`;
  return `The services refused to make the user (${refused}).`;
};
