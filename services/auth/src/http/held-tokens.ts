import { answer, handle } from '@rollcall/service-kit/call-context';
import { introspectAnyToken, revokeAnyToken } from '@rollcall/types/routes/auth/tokens';
import { findHeldToken } from '../held-tokens/find-held-token.ts';
import type { Ports } from '../ports.ts';

/** Whoever asks learns nothing of a token that is not good, not even why (RFC 7662 section 2.2, RFC 7009 section 2.2). */
export const heldTokenHandlers = (ports: Ports) => [
  handle(introspectAnyToken, async ({ body }, { hop }) => {
    const found = await findHeldToken(ports, body.token);
    return answer(200, (await found?.isGood(hop)) ? { active: true, ...found?.said } : { active: false });
  }),

  handle(revokeAnyToken, async ({ body }, { cause }) => {
    const found = await findHeldToken(ports, body.token);
    if (found) ports.feed.announce(await ports.events.transact((tx, emit) => found.end(tx, emit, cause)));
    return answer(200, {});
  }),
];
