import type { Connection } from '@rollcall/database/connect';
import type { PersonalData } from '@rollcall/events/personal-data';
import type { SnapshotSource } from '@rollcall/events/snapshot';
import { newId } from '@rollcall/service-kit/identity';
import { type Envelope, envelope, sourceOf } from '@rollcall/types/envelope';
import { userRegistered } from '@rollcall/types/events/registration';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { people, subjectSequences } from './schema.ts';

type Person = Pick<typeof people.$inferSelect, 'userId' | 'email' | 'username' | 'registeredAt'> & {
  readonly last: number;
};

/** Everybody who has an account, as if they had just registered with the e-mail and username that they have now. */
export const peopleSnapshot = ({ db }: Connection, personal: PersonalData): SnapshotSource => ({
  async read({ after, subject, limit }) {
    const rows: Person[] = await db
      .select({
        userId: people.userId,
        email: people.email,
        username: people.username,
        registeredAt: people.registeredAt,
        last: subjectSequences.last,
      })
      .from(people)
      .innerJoin(subjectSequences, eq(subjectSequences.subject, sql`${people.userId}::text`))
      .where(
        and(
          after === null ? undefined : gt(people.userId, after),
          subject === null ? undefined : eq(sql`${people.userId}::text`, subject),
        ),
      )
      .orderBy(asc(people.userId))
      .limit(limit);
    return Promise.all(rows.map((person) => registrationOf(person, personal)));
  },
});

const registrationOf = async (
  { userId, email, username, registeredAt, last }: Person,
  personal: PersonalData,
): Promise<Envelope> =>
  envelope.parse({
    specversion: '1.0',
    id: newId(),
    source: sourceOf('registration'),
    type: userRegistered.type,
    subject: userId,
    time: registeredAt.toISOString(),
    datacontenttype: 'application/json',
    data: { personal: await personal.seal(userId, { email, username, profile: {} }) },
    actor: userId,
    correlationid: newId(),
    subjectsequence: last,
  });
