import type { Logger } from '@rollcall/service-kit/logging';
import { authenticationPoint } from '@rollcall/types/hook-points';
import { isRefusal, type Refusal } from '@rollcall/types/problems';
import type { Ports } from '../ports.ts';
import type { Identified } from './provider.ts';

/** Somebody whom a hook knows, as if they came from a provider of its name. */
export interface KnownOutside {
  readonly authType: string;
  readonly identified: Identified;
}

// No provider has such an issuer: theirs are addresses.
const issuerPrefix = 'hook:';

export const isIssuedByHook = ({ issuer }: { readonly issuer: string }): boolean => issuer.startsWith(issuerPrefix);

/** Asks those who keep passwords of their own whose this one is; undefined when nobody knows, or nobody is asked. */
export const authenticateOutside = async (
  { askHooks }: Pick<Ports, 'askHooks'>,
  identifier: string,
  password: string,
  log: Logger,
): Promise<KnownOutside | Refusal | undefined> => {
  const said = await askHooks(authenticationPoint, { identifier, password }, log);
  if (said === undefined || isRefusal(said)) return said;
  const { hook, answer } = said;
  if (answer.decision === 'deny') return undefined;
  const { id, email, emailVerified } = answer.user;
  const verifiedEmail = emailVerified ? email : undefined;
  return { authType: hook, identified: { issuer: `${issuerPrefix}${hook}`, externalId: id, verifiedEmail } };
};
