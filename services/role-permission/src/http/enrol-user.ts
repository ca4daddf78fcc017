import { answer, handle } from '@rollcall/service-kit/call-context';
import { newId } from '@rollcall/service-kit/identity';
import { isRefusal } from '@rollcall/types/problems';
import { enrolUser } from '@rollcall/types/routes/role-permission/internal';
import { present, submit } from '../access.ts';
import { isKnownUser } from '../domain/queries.ts';
import type { Ports } from '../ports.ts';
import { isSetupTokenDigest } from '../setup-token.ts';

/** A verified person can be given rights; the first who may becomes the administrator. */
export const handleEnrolUser = ({ access, config }: Ports) =>
  handle(enrolUser, async ({ params: { userId }, body }, { cause }) => {
    const reading = present(access);
    if (isRefusal(reading)) return reading;
    if (isKnownUser(reading.state, userId)) return answer(200, { enrolled: false, revision: reading.revision });
    const hasToken = body.setupTokenDigest !== undefined && isSetupTokenDigest(config, body.setupTokenDigest);
    const mayBootstrap = config.anyoneMayBootstrap || hasToken || body.isDesignated === true;
    const written = await submit(access, { type: 'addUser', id: newId(), cause, userId, mayBootstrap });
    return isRefusal(written) ? written : answer(200, { enrolled: true, revision: written.revision });
  });
