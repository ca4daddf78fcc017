import { reactTo } from '@rollcall/events/reaction';
import { apiKeyCreated } from '@rollcall/types/events/auth';
import { queueMail, type ReactionPorts } from './queue-mail.ts';

/** A key that acts as a person is told to them; a service account reads no mail. */
export const onApiKeyCreated = (ports: ReactionPorts) =>
  reactTo(apiKeyCreated, async (event, scope) => {
    if (!event.data.serviceAccount) await queueMail(event, scope, ports, { kind: 'api_key_created' });
  });
