import { answer, handle } from '@rollcall/service-kit/call-context';
import { targetOf } from '@rollcall/service-kit/service-client';
import { refuse } from '@rollcall/types/problems';
import { completeIdentity, completeIdentityByForm } from '@rollcall/types/routes/auth/identities';
import { redirectProvider } from '../identities/redirect-provider.ts';
import type { Ports } from '../ports.ts';

/**
 * A provider's form comes from its own page, so no cookie of ours comes along. What it holds goes on as a query, which the
 * browser opens by itself, with its cookies: nothing is judged here, and nothing done.
 */
export const handleCompleteIdentityByForm = (ports: Ports) =>
  handle(completeIdentityByForm, async ({ params, body }) => {
    const provider = await redirectProvider(ports, params.provider);
    if (provider?.type !== 'oidc' || !provider.postsForms) return refuse('not_found');
    const given = Object.entries(body).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const target = targetOf(completeIdentity, { provider: provider.id }, Object.fromEntries(given));
    return answer(303, undefined, { location: ports.config.issuer + target });
  });
