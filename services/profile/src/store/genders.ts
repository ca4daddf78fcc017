import type { Queryable } from '@rollcall/database/connect';
import { asc } from 'drizzle-orm';
import { genders } from './schema.ts';

export interface Gender {
  readonly code: string;
  readonly label: string;
}

export const findGenders = (db: Queryable): Promise<Gender[]> =>
  db.select({ code: genders.code, label: genders.label }).from(genders).orderBy(asc(genders.position));
