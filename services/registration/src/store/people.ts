import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey } from '@rollcall/types/people';
import { asc, eq, isNotNull } from 'drizzle-orm';
import { type Enrolment, people } from './schema.ts';

export type Person = typeof people.$inferSelect;

export const findPersonByEmail = async (db: Queryable, email: string): Promise<Person | undefined> => {
  const [person] = await db
    .select()
    .from(people)
    .where(eq(people.emailKey, emailKey(email)));
  return person;
};

export interface NewPerson {
  readonly userId: string;
  readonly email: string;
  readonly username: string;
  readonly enrolment: Enrolment;
}

/** @returns false when the address has an account already; of two who confirm it at once, one gets it. */
export const addPerson = async (tx: Transaction, person: NewPerson): Promise<boolean> => {
  const added = await tx
    .insert(people)
    .values({ ...person, emailKey: emailKey(person.email) })
    .onConflictDoNothing({ target: people.emailKey })
    .returning({ userId: people.userId });
  return added.length === 1;
};

/** People of whom some service has not heard yet, longest waiting first. */
export const findUnenrolled = (db: Queryable, limit: number): Promise<Person[]> =>
  db.select().from(people).where(isNotNull(people.enrolment)).orderBy(asc(people.registeredAt)).limit(limit);

export const markEnrolled = async (db: Queryable, userId: string): Promise<void> => {
  await db.update(people).set({ enrolment: null }).where(eq(people.userId, userId));
};
