import type { Queryable, Transaction } from '@rollcall/database/connect';
import { emailKey } from '@rollcall/types/people';
import { and, asc, eq, gt, isNotNull, lt, sql } from 'drizzle-orm';
import { dataKeys, type Enrolment, people } from './schema.ts';

export type Person = typeof people.$inferSelect;

export const findPersonByEmail = async (db: Queryable, email: string): Promise<Person | undefined> => {
  const [person] = await db
    .select()
    .from(people)
    .where(eq(people.emailKey, emailKey(email)));
  return person;
};

export const findPerson = async (db: Queryable, userId: string): Promise<Person | undefined> => {
  const [person] = await db.select().from(people).where(eq(people.userId, userId));
  return person;
};

export interface Owner {
  readonly userId: string;
  readonly email: string;
  /** Null once the person's values in events are erased. */
  readonly sealedKey: string | null;
}

/** Whose account has this address, and the key of what is said about them in events? */
export const findOwner = async (db: Queryable, email: string): Promise<Owner | undefined> => {
  const [owner] = await db
    .select({ userId: people.userId, email: people.email, sealedKey: dataKeys.sealedKey })
    .from(people)
    .leftJoin(dataKeys, eq(dataKeys.userId, people.userId))
    .where(eq(people.emailKey, emailKey(email)));
  return owner;
};

export interface NewPerson {
  readonly userId: string;
  readonly email: string;
  readonly username: string;
  readonly enrolment: Enrolment;
}

/** @returns false when the address has an account already; of two who confirm it at once, one gets it. */
export const addPerson = async (tx: Transaction, person: NewPerson): Promise<boolean> => {
  const { userId, email, username, enrolment } = person;
  const added = await tx
    .insert(people)
    .values({ userId, email, username, enrolment, emailKey: emailKey(email) })
    .onConflictDoNothing({ target: people.emailKey })
    .returning({ userId: people.userId });
  return added.length === 1;
};

/** How long the request that confirmed an address has for telling the others itself. */
const headStart = sql`interval '3 seconds'`;

/** People of whom some service has not heard in good time, by id and after one; longest waiting first. */
export const findUnenrolled = (db: Queryable, after: string | undefined, limit: number): Promise<Person[]> =>
  db
    .select()
    .from(people)
    .where(
      and(
        isNotNull(people.enrolment),
        lt(people.registeredAt, sql`now() - ${headStart}`),
        after === undefined ? undefined : gt(people.userId, after),
      ),
    )
    .orderBy(asc(people.userId))
    .limit(limit);

export const markEnrolled = async (db: Queryable, userId: string): Promise<void> => {
  await db.update(people).set({ enrolment: null }).where(eq(people.userId, userId));
};
