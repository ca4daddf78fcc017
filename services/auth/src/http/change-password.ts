import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { passwordChanged } from '@rollcall/types/events/auth';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { changePassword } from '@rollcall/types/routes/auth/passwords';
import { endSessionsOf } from '../end-sessions.ts';
import { proveFresh, proveStrong } from '../factors/freshness.ts';
import { hashNewPassword } from '../passwords/hash-new-password.ts';
import { ownWordsOf } from '../passwords/password-policy.ts';
import { proveCurrentPassword } from '../passwords/prove-current-password.ts';
import type { Ports } from '../ports.ts';
import { type Credential, findCredentialOf, setPassword } from '../store/credentials.ts';
import { holdSignedIn } from '../store/hold-signed-in.ts';
import { voidMagicLinks } from '../store/magic-links.ts';
import { voidResets } from '../store/password-resets.ts';

const currentIsMissing = refuse('invalid_input', { errors: [{ pointer: '/body/current', detail: 'is missing' }] });

export const handleChangePassword = (ports: Ports) =>
  handle(changePassword, async ({ body }, context) => {
    const tooWeak = await proveStrong(ports, context.signedIn);
    if (tooWeak) return tooWeak;
    const proved = await proveAccount(ports, body.current, context);
    if (isRefusal(proved)) return proved;
    const weak = await ports.judgePassword(body.password, ownWordsOf(proved));
    if (weak) return weak;
    const hash = await hashNewPassword(ports, context.signedIn.userId, body.password, context.hop.ipAddress);
    if (isRefusal(hash)) return hash;

    const { userId, sessionId } = context.signedIn;
    const revoked = await ports.events.transact(async (tx, emit) => {
      if (!(await holdSignedIn(tx, context.signedIn, proved.changedAt))) return undefined;
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

/** By the password, or, where there has never been one, by having signed in just now. */
const proveAccount = async (
  ports: Ports,
  current: string | undefined,
  context: CallContext,
): Promise<Credential | Refusal> => {
  if (current !== undefined) return proveCurrentPassword(ports, current, context);
  const credential = await findCredentialOf(ports.connection.db, context.signedIn.userId);
  if (credential?.passwordHash !== null) return currentIsMissing;
  return (await proveFresh(ports, context)) ?? credential;
};
