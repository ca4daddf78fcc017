import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { wantedAssurances } from '../factors/assurance.ts';

const { base, Check } = interactionPolicy;

/** What an application asks a sign-in to be worth (`acr_values`), where the present one is not. */
const isTooWeak = ({ oidc }: KoaContextWithOIDC): boolean => {
  const asked = wantedAssurances(oidc.params?.acr_values);
  const isSettled = oidc.result?.login !== undefined;
  return asked.length > 0 && !isSettled && !asked.includes(oidc.session?.acr ?? '');
};

/** When a person has to be asked: as OpenID Connect has it, and for a stronger sign-in where one is wanted. */
export const createInteractionPolicy = () => {
  const policy = base();
  policy.get('login')?.checks.add(new Check('acr_values', 'a stronger sign-in is wanted', 'login_required', isTooWeak));
  return policy;
};
