import type { CallContext } from '@rollcall/service-kit/call-context';
import type { Ports } from './ports.ts';
import type { RefusedSignIn } from './refused-sign-ins.ts';

/** Tells the log that somebody was not let in, and the trail of the account that it was about, if there is one. */
export const reportRefusal = (
  { refusedSignIns }: Pick<Ports, 'refusedSignIns'>,
  owner: { readonly userId: string } | undefined,
  reason: RefusedSignIn['reason'],
  { hop, cause, log }: CallContext,
): void => {
  // What was typed is not logged: people type passwords into the wrong field.
  log.info({ reason }, 'a sign-in was refused');
  if (owner) refusedSignIns.add({ userId: owner.userId, reason, hop, cause: { ...cause, actor: 'anonymous' } });
};
