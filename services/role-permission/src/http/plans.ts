import { answer, handle } from '@rollcall/service-kit/call-context';
import { listPlans, setOrganizationPlan } from '@rollcall/types/routes/role-permission/plans';
import type { Ports } from '../ports.ts';
import { answerWish, wishFor } from './wish.ts';

export const planHandlers = (ports: Ports) => [
  handle(listPlans, async () => answer(200, { items: [...ports.config.plans], nextCursor: null })),

  handle(setOrganizationPlan, async ({ params, body, query }, context) =>
    answerWish(await wishFor(ports, [{ type: 'setOrganizationPlan', ...params, ...body }], query, context)),
  ),
];
