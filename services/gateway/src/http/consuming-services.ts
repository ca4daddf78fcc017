import { type StatefulService, statefulServices } from '@rollcall/types/services';

type ConsumingService = Exclude<StatefulService, 'gateway'>;

const consumes = (service: StatefulService): service is ConsumingService => service !== 'gateway';

/** The services that apply events, and park what they cannot. The gateway only shows them. */
export const consumingServices: readonly ConsumingService[] = statefulServices.filter(consumes);
