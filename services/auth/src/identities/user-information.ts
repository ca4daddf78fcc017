import { email } from '@rollcall/types/people';
import { line } from '@rollcall/types/text';
import { z } from 'zod';
import { type Preset, presets } from './presets.ts';
import type { Identified, IdentityFault, RedirectProvider } from './provider.ts';

/** As OpenID Connect Core section 2 bounds it; numbers are how some say it. */
const subject = z.union([line({ min: 1, max: 255 }), z.int().positive().transform(String)]);

/** Of GitHub: one of a person's addresses. */
const addresses = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** What claims or user information say of somebody; whoever they do not name is nobody. */
export const describedIdentity = (
  provider: RedirectProvider,
  issuer: string,
  information: Readonly<Record<string, unknown>>,
  listed?: unknown,
): Identified | IdentityFault => {
  const field = provider.type === 'oauth2' ? provider.subjectField : 'sub';
  const externalId = subject.safeParse(information[field]);
  if (!externalId.success) return { fault: 'provider_refused', reason: 'no subject' };
  const verifiedEmail =
    listed === undefined
      ? vouchedFor(provider, issuer, information)
      : addresses.safeParse(listed).data?.find(({ primary, verified }) => primary && verified)?.email;
  return { issuer, externalId: externalId.data, verifiedEmail: email.safeParse(verifiedEmail).data };
};

/**
 * Nothing but the provider's own word that it is theirs counts; some say it as text. Of a provider of an organization, whose
 * members they become by it, where it can say so also that an organization manages the account.
 */
const vouchedFor = (
  { verifiedField, managedField, owner }: RedirectProvider,
  issuer: string,
  information: Readonly<Record<string, unknown>>,
): string | undefined => {
  // By whose word it is, however the provider was set up.
  const managed = managedField ?? Object.values<Preset>(presets).find((known) => known.issuer === issuer)?.managedField;
  if (owner && managed !== undefined && typeof information[managed] !== 'string') return undefined;
  const word = verifiedField === undefined ? undefined : information[verifiedField];
  const isVerified = word === true || word === 'true' || (verifiedField === 'xms_edov' && (word === 1 || word === '1'));
  return isVerified && typeof information.email === 'string' ? information.email : undefined;
};
