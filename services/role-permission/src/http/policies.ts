import { answer, handle } from '@rollcall/service-kit/call-context';
import { isRefusal, refuse } from '@rollcall/types/problems';
import { checkSecondFactor } from '@rollcall/types/routes/role-permission/internal';
import { readOrganizationPolicies, setOrganizationPolicies } from '@rollcall/types/routes/role-permission/policies';
import { present } from '../access.ts';
import { seesOrganization } from '../domain/authority.ts';
import { needsSecondFactor, requiresSecondFactor } from '../domain/organization-queries.ts';
import type { Ports } from '../ports.ts';
import { answerWish, wishFor } from './wish.ts';

export const policyHandlers = (ports: Ports) => [
  handle(readOrganizationPolicies, async ({ params: { organizationId } }, { signedIn }) => {
    const reading = present(ports.access);
    if (isRefusal(reading)) return reading;
    const { state, now, revision } = reading;
    if (!seesOrganization(state, signedIn.userId, organizationId, now)) return refuse('not_found');
    return answer(200, { mfaRequired: requiresSecondFactor(state, organizationId), revision });
  }),

  handle(checkSecondFactor, async ({ body }) => {
    const reading = present(ports.access);
    if (isRefusal(reading)) return reading;
    const { state, now, revision } = reading;
    const required = needsSecondFactor(state, body.userId, now, ports.config.secondFactorOf);
    return answer(200, { required, revision });
  }),

  handle(setOrganizationPolicies, async ({ params, body, query }, context) =>
    answerWish(await wishFor(ports, [{ type: 'setOrganizationPolicies', ...params, ...body }], query, context)),
  ),
];
