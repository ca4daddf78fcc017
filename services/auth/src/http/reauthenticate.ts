import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { PasskeyAssertion } from '@rollcall/types/routes/auth/passkeys';
import { reauthenticate } from '@rollcall/types/routes/auth/second-factors';
import { authenticateOutside, isIssuedByHook } from '../identities/authenticate-outside.ts';
import { beginByPasskey } from '../passkey-sign-in.ts';
import { proveCurrentPassword } from '../passwords/prove-current-password.ts';
import type { Ports } from '../ports.ts';
import { letIn } from '../sessions/let-in.ts';
import { type Challenge, isChallenge } from '../sessions/pending-sign-in.ts';
import type { Credential } from '../store/credentials.ts';
import { findIdentity, listIdentities } from '../store/identities.ts';
import { type IssuedTokens, tokenAnswer } from '../tokens/token-answer.ts';

export const handleReauthenticate = (ports: Ports) =>
  handle(reauthenticate, async ({ body, query }, context) => {
    const outcome = await (body.passkey
      ? proveByPasskey(ports, body.passkey, context)
      : proveByPassword(ports, body.password ?? '', context));
    if (isRefusal(outcome)) return outcome;
    if (isChallenge(outcome)) return answer(200, outcome);
    const tokens = tokenAnswer(ports.config, outcome, query.cookies === 'true');
    return answer(200, tokens.body, tokens.headers);
  });

/** A session takes the place of the present one: whoever had its tokens before has nothing any more. */
const proveByPassword = async (
  ports: Ports,
  password: string,
  context: CallContext,
): Promise<IssuedTokens | Challenge | Refusal> => {
  const elsewhere = (one: Credential) => isProvedOutside(ports, one, password, context);
  const credential = await proveCurrentPassword(ports, password, context, elsewhere);
  if (isRefusal(credential)) return credential;
  const { userId, changedAt } = credential;
  const replaces = context.signedIn.sessionId;
  const beginning = { userId, passwordSetAt: changedAt, methods: ['pwd'], kind: 'lasting', replaces } as const;
  // Somebody has ended the session meanwhile, or another has taken its place.
  return (await letIn(ports, beginning, context)) ?? refuse('token_revoked');
};

/** Of whoever signs in by a hook: it is asked for the address of the account, and has to name the same person. */
const isProvedOutside = async (
  ports: Ports,
  { userId, emailKey }: Credential,
  password: string,
  { log }: CallContext,
): Promise<boolean | Refusal> => {
  const { db } = ports.connection;
  if (emailKey === null || !(await listIdentities(db, userId)).some(isIssuedByHook)) return false;
  const known = await authenticateOutside(ports, emailKey, password, log);
  if (known === undefined || isRefusal(known)) return known ?? false;
  return (await findIdentity(db, known.identified))?.userId === userId;
};

const proveByPasskey = async (
  ports: Ports,
  passkey: PasskeyAssertion,
  context: CallContext,
): Promise<IssuedTokens | Refusal> => {
  const { userId, sessionId: replaces } = context.signedIn;
  return (await beginByPasskey(ports, passkey, context, { userId, replaces })) ?? refuse('invalid_credentials');
};
