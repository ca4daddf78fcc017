import { ServiceFoundation } from '@rollcall/events/service-foundation';
import type { Environment } from '@rollcall/service-kit/environment';
import type { RunningService } from '@rollcall/service-kit/service';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import { toConfig } from './config.ts';
import { createMailer } from './mailer.ts';
import { createPostOffice } from './post-office.ts';
import { createReactions } from './reactions/reactions.ts';
import { eventTables } from './store/schema.ts';

/** Mails about what happens: a reaction puts each one down with its event, the mailer sends it. */
export const startNotification = async (
  environment: Environment,
  directory: ServiceDirectory,
): Promise<RunningService> => {
  const config = toConfig(environment);
  const foundation = new ServiceFoundation({
    service: 'notification',
    variables: config.common,
    directory,
    tables: eventTables,
  });
  const { connection, personal, client, log, shutdown } = foundation;

  // A reaction cannot see its own commit: the mailer looks a moment later, and by itself if that was too early.
  const mailComing = () => void setTimeout(() => mailer.wake(), 20).unref();
  const reactions = createReactions({ mailComing });
  const events = foundation.joinEventPlane(reactions);
  const postOffice = createPostOffice(config);
  const mailer = createMailer({ config, connection, events, personal, client, postOffice, log });

  const running = foundation.run([], events);
  mailer.start();
  shutdown.add('mailer', () => mailer.stop());
  return running;
};
