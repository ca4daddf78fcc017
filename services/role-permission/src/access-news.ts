import type { Bus } from '@rollcall/events/bus';
import type { Logger } from '@rollcall/service-kit/logging';
import { accessNewsSubject } from '@rollcall/types/live-subjects';

/**
 * Tells those who keep a graph of their own that there is something to ask for. The others ask four times a second
 * anyway: whatever goes wrong here costs that, and nothing else.
 */
export const announceAccessNews = (bus: Bus, log: Logger): void => {
  if (!bus.connected) return;
  try {
    bus.connection.publish(accessNewsSubject);
  } catch (error) {
    // The connection has just closed; what is announced is in the log all the same.
    log.debug({ err: error }, 'news of the access log was not announced');
  }
};
