import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceClient } from '@rollcall/service-kit/service-client';
import { InProcessDirectory } from '@rollcall/service-kit/service-directory';
import { createOperatorClient } from './operator-client.ts';
import type { StackPlan } from './plan.ts';
import { servicesBehindGateway } from './services.ts';

/**
 * Asks services for what only the operator's tools may, for whoever has the secrets of the data folder: a replica of the
 * services concerned runs in this process for as long as that takes, so that nothing listens for it anywhere. It has no
 * bus; its events wait in the outboxes for the services that run.
 *
 * @param names each before those that call it
 */
export const askServices = async <Answer>(
  plan: StackPlan,
  names: readonly (keyof typeof servicesBehindGateway)[],
  ask: (client: ServiceClient) => Promise<Answer>,
): Promise<Answer> => {
  const directory = new InProcessDirectory();
  const running: RunningService[] = [];
  try {
    for (const name of names) {
      const variables = { ...plan.environment[name], LOG_LEVEL: 'fatal', NATS_URL: 'nats://127.0.0.1:9' };
      const service = await servicesBehindGateway[name](variables, directory);
      running.push(service);
      directory.register(service.name, (request) => service.fetch(request));
    }
    return await ask(createOperatorClient(plan, directory));
  } finally {
    for (const service of running.reverse()) await service.stop();
  }
};
