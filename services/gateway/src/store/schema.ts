import { rateLimitsTable } from '@rollcall/database/rate-limits';
import { pgSchema } from 'drizzle-orm/pg-core';

export const gateway = pgSchema('gateway');

export const rateLimits = rateLimitsTable(gateway);
