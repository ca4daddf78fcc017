import { everyServiceVariables, readVariables } from '@rollcall/service-kit/environment';
import { createServiceClient, type ServiceClient } from '@rollcall/service-kit/service-client';
import type { ServiceDirectory } from '@rollcall/service-kit/service-directory';
import type { StackPlan } from './plan.ts';

/** Calls the services as the operator's own tools do. */
export const createOperatorClient = ({ operatorTrustKeys }: StackPlan, directory: ServiceDirectory): ServiceClient => {
  const { SERVICE_TRUST_KEYS } = readVariables(
    { SERVICE_TRUST_KEYS: everyServiceVariables.SERVICE_TRUST_KEYS },
    { SERVICE_TRUST_KEYS: operatorTrustKeys },
  );
  return createServiceClient('operator', SERVICE_TRUST_KEYS, directory);
};
