import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { admitMember, checkOrganization, keepSeat } from '@rollcall/types/routes/role-permission/internal';
import { present, submit } from '../access.ts';
import { governs, seesOrganization } from '../domain/authority.ts';
import { isMember } from '../domain/holdings.ts';
import type { Ports } from '../ports.ts';

/** What auth asks for the identity providers and applications of organizations. */
export const admissionHandlers = ({ access }: Ports) => [
  handle(checkOrganization, async ({ body: { organizationId, userId } }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const { state, now, revision } = reading;
    const exists = state.organizations.has(organizationId);
    const sees = seesOrganization(state, userId, organizationId, now);
    const belongs = exists && isMember(state, organizationId, userId, now);
    return answer(200, {
      ...{ exists, sees, belongs },
      governs: exists && governs(state, userId, organizationId, now),
      revision,
    });
  }),

  handle(keepSeat, async ({ params, body }, context) => {
    const cause = causeOf(context);
    const written = await submit(access, { type: 'keepSeat', id: newId(), cause, ...params, ...body });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  }),

  handle(admitMember, async ({ params, body: { commandId } }, context) => {
    const cause = causeOf(context);
    const written = await submit(access, { type: 'admitMember', id: commandId, cause, ...params });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  }),
];

/** Auth has judged who comes in. */
const causeOf = (context: CallContext) => ({ ...context.cause, actor: `service:${context.caller}` });
