import type { CallContext } from '@rollcall/service-kit/call-context';
import { type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { letIn } from '../sessions/let-in.ts';
import type { Challenge } from '../sessions/pending-sign-in.ts';
import { findCredentialOf } from '../store/credentials.ts';
import { findIdentity, useIdentity } from '../store/identities.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';
import type { Identified } from './provider.ts';

/**
 * Signs in whoever has linked an identity. It is found by issuer and id alone: an address is no proof that an account is
 * theirs, however well the provider has verified it, so an account that has the address is never joined in silence.
 */
export const signInByIdentity = async (
  ports: Ports,
  identified: Identified,
  context: CallContext,
): Promise<IssuedTokens | Challenge | Refusal> => {
  const { db } = ports.connection;
  const identity = await findIdentity(db, identified);
  if (!identity) return welcome(identified);
  const credential = await findCredentialOf(db, identity.userId);
  if (credential && !credential.disabledAt) {
    const beginning = {
      userId: identity.userId,
      passwordSetAt: credential.changedAt,
      // RFC 8176 has no word for it; whatever factors the provider asked for, it is one of ours.
      methods: ['fed'],
      kind: 'lasting',
      alongside: (tx: Parameters<typeof useIdentity>[0]) => useIdentity(tx, identity),
    } as const;
    const outcome = await letIn(ports, beginning, context);
    if (outcome) return outcome;
  }
  const { hop, cause } = context;
  context.log.info({ factor: 'fed' }, 'a sign-in was refused');
  ports.refusedSignIns.add({
    userId: identity.userId,
    reason: 'disabled',
    hop,
    cause: { ...cause, actor: 'anonymous' },
  });
  return refuse('invalid_credentials');
};

/** Somebody who is known to the provider and to nobody here: whoever has an account signs in to it, and links. */
const welcome = ({ verifiedEmail }: Identified): Refusal =>
  refuse(verifiedEmail === undefined ? 'email_not_verified' : 'identity_not_linked');
