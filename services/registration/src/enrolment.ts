import type { HopContext } from '@rollcall/service-kit/actor';
import { storyIds } from '@rollcall/service-kit/tracing';
import { Worker } from '@rollcall/service-kit/worker';
import { emailKey } from '@rollcall/types/people';
import { isRefusal } from '@rollcall/types/problems';
import { enrolUser as enrolInAuth } from '@rollcall/types/routes/auth/accounts';
import { enrolUser as enrolInProfile } from '@rollcall/types/routes/profile';
import { enrolUser as enrolInAccess } from '@rollcall/types/routes/role-permission/internal';
import type { Ports } from './ports.ts';
import { findUnenrolled, markEnrolled, type NewPerson } from './store/people.ts';

/** How long a caller waits for the other services; what is not done by then goes on without. */
export const patienceMilliseconds = 2_000;

/**
 * Tells auth, profile and role-permission about a new person, all at once. Each does its part once, however often it is
 * told.
 *
 * @throws when one of them could not be told.
 */
const enrol = async ({ client, config, connection }: Ports, person: NewPerson, context?: HopContext): Promise<void> => {
  const { userId, email, username, enrolment } = person;
  const hop = context === undefined ? {} : { context };
  const params = { userId };
  const answers = await Promise.all([
    client.call(enrolInAuth, { params, body: { email, username }, ...hop }),
    client.call(enrolInProfile, { params, body: { email, username, profile: enrolment.profile }, ...hop }),
    client.call(enrolInAccess, {
      params,
      body: {
        isDesignated: emailKey(email) === config.firstAdminEmailKey,
        ...(enrolment.setupTokenDigest === undefined ? {} : { setupTokenDigest: enrolment.setupTokenDigest }),
      },
      ...hop,
    }),
  ]);
  const refused = answers.find(isRefusal);
  if (refused) throw new Error(`a service refused to enrol: ${refused.refused}`);
  await markEnrolled(connection.db, userId);
};

/** {@link enrol}, waiting only so long; what is not done by then the worker finishes. */
export const enrolWithin = async (
  ports: Ports,
  person: NewPerson,
  milliseconds: number,
  context: HopContext,
): Promise<boolean> => {
  const done = enrol(ports, person, context).then(
    () => true,
    (error: unknown) => {
      const ids = storyIds(context.requestId, context.traceparent);
      ports.log.warn({ ...ids, err: error }, 'an enrolment goes on in the background');
      return false;
    },
  );
  const late = new Promise<false>((resolve) => {
    setTimeout(resolve, milliseconds, false).unref();
  });
  return Promise.race([done, late]);
};

const batch = 50;

/**
 * Finishes enrolments that a crash or an outage interrupted. One that fails again keeps no other one waiting.
 *
 * @throws at the end of a round in which some failed, so that the next one comes later.
 */
export const createEnrolmentWorker = (ports: Ports): Worker =>
  new Worker({
    name: 'enrolment',
    idleMilliseconds: 1_000,
    log: ports.log,
    round: async (signal) => {
      const failures: unknown[] = [];
      let waiting = await findUnenrolled(ports.connection.db, undefined, batch);
      while (waiting.length > 0 && !signal.aborted) {
        for (const { enrolment, ...person } of waiting) {
          if (enrolment) await enrol(ports, { ...person, enrolment }).catch((error: unknown) => failures.push(error));
        }
        waiting = await findUnenrolled(ports.connection.db, waiting.at(-1)?.userId, batch);
      }
      if (failures.length > 0) throw new Error(`${failures.length} enrolments failed`, { cause: failures[0] });
      return false;
    },
  });
