import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { checkPermission, enrolUser, setSuspension } from '@rollcall/types/routes/role-permission';
import { present, submit } from '../access.ts';
import { holds, isKnownUser } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';

/** A verified person can be given rights; the first who may becomes the administrator. */
export const handleEnrolUser = ({ access, config }: Ports) =>
  handle(enrolUser, async ({ params, body }, { cause }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    if (isKnownUser(reading.state, params.userId)) return answer(200, { enrolled: false, revision: reading.revision });
    const hasToken = config.setupTokenDigest !== undefined && body.setupTokenDigest === config.setupTokenDigest;
    const mayBootstrap = config.anyoneMayBootstrap || hasToken || body.isDesignated === true;
    const written = await submit(access, { type: 'addUser', id: newId(), cause, userId: params.userId, mayBootstrap });
    return isRefusal(written) ? written : answer(200, { enrolled: true, revision: written.revision });
  });

/** Deny a person everything, or stop denying it, on behalf of whoever asked for it. */
export const handleSetSuspension = ({ access }: Ports) =>
  handle(setSuspension, async ({ params, body }, context) => {
    const type = body.suspended ? 'suspendUser' : 'restoreUser';
    const cause = { ...context.cause, actor: body.actor };
    const written = await submit(access, { type, id: newId(), cause, userId: params.userId });
    return isRefusal(written) ? written : answer(200, written);
  });

export const handleCheckPermission = ({ access }: Ports) =>
  handle(checkPermission, async ({ body }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    const { state, revision, now } = reading;
    return answer(200, { granted: holds(state, body.userId, body.permission, now), revision });
  });
