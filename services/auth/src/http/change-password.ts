import { answer, handle } from '@rollcall/service-kit/call-context';
import { passwordChanged } from '@rollcall/types/events/auth';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { changePassword } from '@rollcall/types/routes/auth/passwords';
import { endSessionsOf } from '../end-sessions.ts';
import { proveStrong } from '../factors/freshness.ts';
import { judgePassword, ownWordsOf } from '../passwords/password-policy.ts';
import { proveCurrentPassword } from '../passwords/prove-current-password.ts';
import { refuseFormer } from '../passwords/refuse-former.ts';
import type { Ports } from '../ports.ts';
import { holdUsable, setPassword } from '../store/credentials.ts';
import { voidMagicLinks } from '../store/magic-links.ts';
import { voidResets } from '../store/password-resets.ts';

export const handleChangePassword = (ports: Ports) =>
  handle(changePassword, async ({ body }, context) => {
    const tooWeak = await proveStrong(ports, context.signedIn);
    if (tooWeak) return tooWeak;
    const proved = await proveCurrentPassword(ports, body.current, context);
    if (isRefusal(proved)) return proved;
    const weak = await judgePassword(body.password, ownWordsOf(proved));
    if (weak) return weak;
    const former = await refuseFormer(ports, context.signedIn.userId, body.password, context.hop.ipAddress);
    if (former) return former;
    const hash = await ports.hasher.hash(body.password, context.hop.ipAddress);
    if (isRefusal(hash)) return hash;

    const { userId, sessionId } = context.signedIn;
    const revoked = await ports.events.transact(async (tx, emit) => {
      if (!(await holdUsable(tx, userId, 'update', proved.changedAt))) return undefined;
      await setPassword(tx, userId, hash, ports.config.passwordsRemembered);
      await voidResets(tx, userId);
      await voidMagicLinks(tx, userId);
      await emit(passwordChanged, { subject: userId, data: { how: 'change' }, cause: context.cause });
      const others = { except: sessionId };
      return endSessionsOf(ports.config, tx, emit, userId, others, 'password_changed', context.cause);
    });
    if (!revoked) return refuse('invalid_credentials');
    ports.feed.announce(revoked);
    return answer(200, { status: 'changed' });
  });
