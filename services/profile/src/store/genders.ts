import type { Queryable } from '@rollcall/database/connect';
import { asc, eq } from 'drizzle-orm';
import { genders } from './schema.ts';

export interface Gender {
  readonly code: string;
  readonly label: string;
}

export const findGenders = (db: Queryable): Promise<Gender[]> =>
  db.select({ code: genders.code, label: genders.label }).from(genders).orderBy(asc(genders.position));

export const isGender = async (db: Queryable, code: string): Promise<boolean> => {
  const [found] = await db.select({ code: genders.code }).from(genders).where(eq(genders.code, code));
  return found !== undefined;
};
