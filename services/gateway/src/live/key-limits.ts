import { type Refusal, refuse } from '@rollcall/types/problems';
import { liveScopes } from '@rollcall/types/route-scopes';
import type { Identity } from '../identity/identity.ts';

/** Why a key is not good for watching, if so; people who have signed in are not limited. */
export const beyondWatching = ({ actor: { scopes } }: Identity): Refusal | undefined =>
  scopes === undefined || liveScopes.every((scope) => scopes.includes(scope))
    ? undefined
    : refuse('insufficient_scope', { scopes: liveScopes });
