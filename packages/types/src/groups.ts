import { z } from 'zod';
import { line, paragraph } from './text.ts';

/**
 * - `subscription`: who has bought what; operators and billing keep it.
 * - `system`: for those who run the product.
 * - `manageable`: an organization's admins may put its members in and out.
 */
export const groupKind = z.enum(['subscription', 'system', 'manageable']);
export type GroupKind = z.infer<typeof groupKind>;

export const groupName = line({ min: 1, max: 70 });
export const groupDescription = paragraph({ min: 1, max: 500 });
