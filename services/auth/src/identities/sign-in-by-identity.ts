import type { Transaction } from '@rollcall/database/connect';
import type { CallContext } from '@rollcall/service-kit/call-context';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import { reportRefusal } from '../report-refusal.ts';
import { letIn } from '../sessions/let-in.ts';
import type { Challenge } from '../sessions/pending-sign-in.ts';
import type { Beginning } from '../sessions/start-session.ts';
import { type Credential, findCredentialOf } from '../store/credentials.ts';
import { findIdentity, type Identity, useIdentity } from '../store/identities.ts';
import type { IssuedTokens } from '../tokens/token-answer.ts';
import { type Admission, admit, open } from './admission.ts';
import type { Identified } from './provider.ts';
import { welcome } from './welcome.ts';

type How = Pick<Beginning, 'methods' | 'kind'>;

/**
 * Signs in whoever has linked an identity, and makes an account for whoever has none. Somebody is found by issuer and id
 * alone: an address is no proof that an account is theirs, however well the provider has verified it, so an account that has
 * the address is never joined in silence.
 */
export const signInByIdentity = async (
  ports: Ports,
  authType: string,
  identified: Identified,
  context: CallContext,
  // RFC 8176 has no word for it; whatever factors the provider asked for, it is one of ours.
  how: How = { methods: ['fed'], kind: 'lasting' },
  admission: Admission = open,
): Promise<IssuedTokens | Challenge | Refusal> => {
  const { db } = ports.connection;
  const linked = await findIdentity(db, identified);
  const credential = linked && (await findCredentialOf(db, linked.userId));
  // An account that has no address yet was begun here, and something came in between.
  if (linked && isAccount(credential)) return letInBy(ports, linked, credential, context, how, admission);
  const begun = await welcome(ports, authType, identified, linked, context, admission);
  if (isRefusal(begun)) return begun;
  const made = await findCredentialOf(db, begun.userId);
  return isAccount(made)
    ? letInBy(ports, begun, made, context, how, admission)
    : refuse('unavailable', { retryAfterSeconds: 1, detail: 'Your account is being made.' });
};

const isAccount = (credential: Credential | undefined): credential is Credential =>
  credential !== undefined && credential.emailKey !== null;

const letInBy = async (
  ports: Ports,
  identity: Identity,
  { userId, changedAt }: Credential,
  context: CallContext,
  how: How,
  admission: Admission,
) => {
  const refused = await admit(ports, admission, identity, context);
  if (refused) return refused;
  const alongside = (tx: Transaction) => useIdentity(tx, identity);
  const beginning = { userId, passwordSetAt: changedAt, ...how, alongside };
  const outcome = await letIn(ports, beginning, context);
  if (outcome) return outcome;
  reportRefusal(ports, { userId }, 'disabled', context);
  return refuse('invalid_credentials');
};
