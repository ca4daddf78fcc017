import { dictionary } from '@rollcall/types/dictionary';
import { type Refusal, refuse } from '@rollcall/types/problems';
import { z } from 'zod';

/** What an organization can be on: its name, and how many seats it has; null for any number. */
export interface PlanOffer {
  readonly plan: string;
  readonly seats: number | null;
}

/** The plans as the configuration tells them: `{"free": 5, "team": 50, "any": null}`; the first is everybody's at first. */
export const planOffers = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(dictionary(z.string().min(1).max(100), z.int().nonnegative().nullable()))
  .refine((plans) => Object.keys(plans).length > 0, 'must name a plan')
  .transform((plans): readonly PlanOffer[] => Object.entries(plans).map(([plan, seats]) => ({ plan, seats })));

/** Where nothing is configured there is one plan, without limits. */
export const unlimited: readonly PlanOffer[] = [{ plan: 'unlimited', seats: null }];

/** The plan of this name, if there is one. */
export const offerNamed = (plans: readonly PlanOffer[], name: string): PlanOffer | Refusal =>
  plans.find(({ plan }) => plan === name) ??
  refuse('invalid_input', { errors: [{ pointer: '/plan', detail: 'names no plan' }] });
