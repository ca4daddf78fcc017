import { type ServiceName, serviceNames } from '@rollcall/types/services';

type ConsumingService = Exclude<ServiceName, 'gateway'>;

const consumes = (service: ServiceName): service is ConsumingService => service !== 'gateway';

/** The services that apply events, and park what they cannot. The gateway only shows them. */
export const consumingServices: readonly ConsumingService[] = serviceNames.filter(consumes);
