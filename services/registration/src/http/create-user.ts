import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { createUser } from '@rollcall/types/routes/registration';
import type { Ports } from '../ports.ts';
import { findPersonByEmail } from '../store/people.ts';
import { createVerifiedAccount, emailTaken } from './create-verified-account.ts';
import { reserveAccount } from './reserve-account.ts';

/** The UserService form of signing up; whoever holds `users.create` learns the truth about a taken address. */
export const handleCreateUser = (ports: Ports) =>
  handle(
    createUser,
    async ({ body }, context) => {
      const rights = await judgeRights(body.verified, context);
      if (isRefusal(rights)) return rights;
      const { trusted } = rights;
      const { email, username, password = '', passwordHash, verified = false } = body;
      const gender = body.gender ?? null;
      const secret = passwordHash === undefined ? { password } : { passwordHash };
      const applicant = { email, username, secret, enrolment: { profile: { gender } } };
      const created = (id: UserId) => answer(201, { id, email, username, gender, verified });
      if (trusted && (await findPersonByEmail(ports.connection.db, email))) return inUserServiceForm(emailTaken);
      const begin = verified ? createVerifiedAccount : reserveAccount;
      const outcome = await begin(ports, applicant, context, created);
      return isRefusal(outcome) ? inUserServiceForm(outcome) : outcome;
    },
    ({ body }, context) => judgeRights(body.verified, context),
  );

const judgeRights = async (
  verified: boolean | undefined,
  context: CallContext,
): Promise<{ readonly trusted: boolean } | Refusal> => {
  const trusted = await context.holds('users.create');
  return verified && !trusted ? refuse('forbidden') : { trusted };
};

const inUserServiceForm = (refusal: Refusal): Refusal =>
  refusal.refused === 'username_taken' || refusal.refused === 'weak_password'
    ? { ...refusal, refused: 'unprocessable' }
    : refusal;
