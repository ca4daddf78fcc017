import { pgSchema, timestamp } from 'drizzle-orm/pg-core';

export const auth = pgSchema('auth');

export const instant = (name: string) => timestamp(name, { withTimezone: true });
