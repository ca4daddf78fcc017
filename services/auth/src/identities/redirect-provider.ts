import { targetOf } from '@rollcall/service-kit/service-client';
import { completeIdentity } from '@rollcall/types/routes/auth/identities';
import type { Config } from '../config.ts';
import type { RedirectProvider } from './provider.ts';

export const redirectProvider = ({ identityProviders }: Config, id: string): RedirectProvider | undefined => {
  const provider = identityProviders.get(id);
  return provider?.type === 'firebase' ? undefined : provider;
};

/** Each provider has its own: what one of them sends back cannot be taken for another's (RFC 9700 section 4.4.2). */
export const callbackOf = ({ issuer }: Config, { id }: RedirectProvider): string =>
  issuer + targetOf(completeIdentity, { provider: id });
