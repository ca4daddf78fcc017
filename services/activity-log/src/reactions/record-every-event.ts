import { type Reaction, reactTo } from '@rollcall/events/reaction';
import { eventCatalogue } from '@rollcall/types/event-catalogue';
import { type StatefulService, statefulServices } from '@rollcall/types/services';
import { recordActivity } from '../store/activity.ts';

/**
 * A reaction to every event type that exists, by the service it comes from; a new type needs nothing here. What is
 * recorded is the envelope as it came, fields that this version has no name for included.
 */
export const recordEveryEvent = (): Partial<Record<StatefulService, readonly Reaction[]>> =>
  Object.fromEntries(
    statefulServices
      .filter((service) => service !== 'activity-log')
      .map((service) => [service, reactionsTo(service)] as const)
      // A service without events needs no consumer.
      .filter(([, reactions]) => reactions.length > 0),
  );

const reactionsTo = (service: StatefulService): readonly Reaction[] =>
  [...eventCatalogue.values()]
    .filter((definition) => definition.service === service)
    .map((definition) => reactTo(definition, ({ envelope }, { tx }) => recordActivity(tx, envelope)));
