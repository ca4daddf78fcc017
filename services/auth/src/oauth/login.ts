import { assuranceOf } from '../factors/assurance.ts';
import type { SignedIn } from '../store/signed-in.ts';

/** What the provider calls a sign-in. */
export const loginOf = ({ userId, methods, authenticatedAt }: SignedIn) => ({
  accountId: userId,
  loginTs: Math.floor(authenticatedAt.getTime() / 1_000),
  amr: [...methods],
  acr: assuranceOf(methods),
});
