import { answer, handle } from '@rollcall/service-kit/call-context';
import { refuse } from '@rollcall/types/problems';
import { enrolUser } from '@rollcall/types/routes/auth/accounts';
import type { Ports } from '../ports.ts';
import { activate, findCredentialOf } from '../store/credentials.ts';

export const handleEnrolUser = ({ connection }: Ports) =>
  handle(enrolUser, async ({ params, body }) => {
    const enrolled = await activate(connection.db, params.userId, body.email, body.username);
    // Told before: nothing to do. Never told of the password: something is wrong that must not look like success.
    if (!enrolled && !(await findCredentialOf(connection.db, params.userId))) return refuse('not_found');
    return answer(200, { enrolled });
  });
