import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { enrolServiceAccount, suspendServiceAccount } from '@rollcall/types/routes/role-permission/internal';
import { present, submit } from '../access.ts';
import { isKnownUser } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';

/** Accounts of programs can be given rights as people can, but never by being the first to come. */
export const serviceAccountHandlers = ({ access }: Ports) => [
  handle(enrolServiceAccount, async ({ params: { userId } }, { cause }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    if (isKnownUser(reading.state, userId)) return answer(200, { enrolled: false, revision: reading.revision });
    const written = await submit(access, { type: 'addUser', id: newId(), cause, userId, mayBootstrap: false });
    return isRefusal(written) ? written : answer(200, { enrolled: true, revision: written.revision });
  }),

  handle(suspendServiceAccount, async ({ params: { userId } }, context) => {
    // Auth has judged who asked for it.
    const cause = { ...context.cause, actor: `service:${context.caller}` };
    const written = await submit(access, { type: 'suspendUser', id: newId(), cause, userId });
    return isRefusal(written) ? written : answer(200, { revision: written.revision });
  }),
];
