import { answer, type CallContext, handle } from '@rollcall/service-kit/call-context';
import { userRegistered } from '@rollcall/types/events/registration';
import type { UserId } from '@rollcall/types/ids';
import { isRefusal, type Refusal, refuse } from '@rollcall/types/problems';
import { createUser } from '@rollcall/types/routes/registration';
import { enrolWithin } from '../enrolment.ts';
import type { Ports } from '../ports.ts';
import { confirmSignUp } from '../store/confirm-sign-up.ts';
import { findPersonByEmail } from '../store/people.ts';
import { type Applicant, reserveAccount } from './reserve-account.ts';

/** The UserService form of signing up; whoever holds `users.create` learns the truth about a taken address. */
export const handleCreateUser = (ports: Ports) =>
  handle(createUser, async ({ body }, context) => {
    const trusted = await context.holds('users.create');
    if (body.verified === true && !trusted) return refuse('forbidden');
    if (trusted && (await findPersonByEmail(ports.connection.db, body.email))) return emailTaken;

    const gender = body.gender ?? null;
    const applicant = { ...body, enrolment: { profile: { gender } } };
    const { email, username, verified = false } = body;
    const created = (id: UserId) => answer(201, { id, email, username, gender, verified });
    const reserved = await reserveAccount(ports, applicant, context, verified ? () => undefined : created);
    if (isRefusal(reserved)) return inUserServiceForm(reserved);
    if (verified && !(await confirmAtOnce(ports, applicant, reserved.userId, context))) return emailTaken;
    return created(reserved.userId);
  });

const emailTaken = refuse('unprocessable', { errors: [{ pointer: '/body/email', detail: 'is taken' }] });

const inUserServiceForm = (refusal: Refusal): Refusal =>
  refusal.refused === 'username_taken' || refusal.refused === 'weak_password'
    ? { ...refusal, refused: 'unprocessable' }
    : refusal;

const confirmAtOnce = async (
  ports: Ports,
  applicant: Applicant,
  id: string,
  context: CallContext,
): Promise<boolean> => {
  const { email, username, enrolment } = applicant;
  const personal = await ports.personal.seal(id, { email, username, profile: enrolment.profile });
  const confirmed = await ports.events.transact(async (tx, emit) => {
    const taken = await confirmSignUp(tx, id);
    if (!taken) return undefined;
    await emit(userRegistered, { subject: id, data: {}, personal, cause: context.cause });
    return taken;
  });
  if (confirmed) await enrolWithin(ports, confirmed, 2_000, context.hop);
  return confirmed !== undefined;
};
