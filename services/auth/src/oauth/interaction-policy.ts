import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { wantedAssurances } from '../factors/assurance.ts';
import type { Ports } from '../ports.ts';
import { organizationOf } from './client-adapter.ts';
import { currentHop } from './current-request.ts';
import { isForThem, membersOnlyWords } from './members-only.ts';

const { base, Check } = interactionPolicy;

/** What an application asks a sign-in to be worth (`acr_values`), where the present one is not. */
const isTooWeak = ({ oidc }: KoaContextWithOIDC): boolean => {
  const asked = wantedAssurances(oidc.params?.acr_values);
  const isSettled = oidc.result?.login !== undefined;
  return asked.length > 0 && !isSettled && !asked.includes(oidc.session?.acr ?? '');
};

/** Whoever is signed in here is nobody to this application: it is told so once they have seen who asks. */
const isForOthers =
  (ports: Pick<Ports, 'client'>) =>
  async ({ oidc }: KoaContextWithOIDC): Promise<boolean> => {
    const accountId = oidc.session?.accountId;
    return accountId !== undefined && !(await isForThem(ports, organizationOf(oidc.client), accountId, currentHop()));
  };

/** When a person has to be asked: as OpenID Connect has it, and for a stronger sign-in where one is wanted. */
export const createInteractionPolicy = (ports: Pick<Ports, 'client'>) => {
  const policy = base();
  const membersOnly = new Check('members_only', membersOnlyWords, 'access_denied', isForOthers(ports));
  policy.get('login')?.checks.add(membersOnly);
  policy.get('login')?.checks.add(new Check('acr_values', 'a stronger sign-in is wanted', 'login_required', isTooWeak));
  return policy;
};
