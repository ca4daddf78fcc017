import { answer, handle } from '@rollcall/service-kit/call-context';
import { recoveryCodesMade } from '@rollcall/types/events/auth';
import { refuse } from '@rollcall/types/problems';
import * as routes from '@rollcall/types/routes/auth/second-factors';
import { proveFresh } from '../factors/freshness.ts';
import { newRecoveryCodes } from '../factors/recovery-codes.ts';
import type { Ports } from '../ports.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';
import { countRecoveryCodes, replaceRecoveryCodes } from '../store/recovery-codes.ts';
import { hasSecondFactor } from '../store/second-factors.ts';

export const recoveryCodeHandlers = (ports: Ports) => [
  handle(routes.readRecoveryCodes, async (_, { signedIn }) => {
    const { left, createdAt } = await countRecoveryCodes(ports.connection.db, signedIn.userId);
    return answer(200, { left, createdAt: createdAt?.toISOString() ?? null });
  }),

  handle(routes.makeRecoveryCodes, async (_, context) => {
    const stale = await proveFresh(ports, context);
    if (stale) return stale;
    const { userId } = context.signedIn;
    const codes = newRecoveryCodes();
    const digests = codes.map((code) => ports.recoveryDigest(userId, code));
    const isMade = await ports.events.transact(async (tx, emit) => {
      if (!(await holdSignedIn(tx, context.signedIn)) || !(await hasSecondFactor(tx, userId))) return false;
      await replaceRecoveryCodes(tx, userId, digests);
      await emit(recoveryCodesMade, { subject: userId, data: { count: codes.length }, cause: context.cause });
      return true;
    });
    return isMade ? answer(201, { codes }) : refuse('second_factor_needed');
  }),
];
