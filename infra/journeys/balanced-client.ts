import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import type { Stack } from '@rollcall/testing/stack';

/**
 * Talks to all gateways of a stack in turn, as through a load balancer: when nobody listens at one, or no longer just as it is
 * called, the next is asked. A connection that breaks off later is an answer like any other, and told.
 */
export const createBalancedClient = (stack: Pick<Stack, 'gateway' | 'moreGateways'>): ApiClient => {
  const clients = [stack.gateway, ...stack.moreGateways].map(createApiClient);
  let turn = 0;
  return async (...request) => {
    const first = turn++;
    for (let attempt = 0; ; attempt++) {
      const client = clients[(first + attempt) % clients.length];
      if (!client) throw new Error('the stack has no gateway');
      try {
        return await client(...request);
      } catch (error) {
        if (!isNotListening(error) || attempt === clients.length - 1) throw error;
      }
    }
  };
};

const isNotListening = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'syscall' in error.cause &&
  error.cause.syscall === 'connect';
