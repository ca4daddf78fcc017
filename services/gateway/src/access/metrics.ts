import { registry } from '@rollcall/service-kit/metrics';
import { Counter, Gauge } from 'prom-client';

export const replicaAge = new Gauge({
  name: 'rollcall_access_replica_age_seconds',
  help: 'How long ago the gateway knew that its graph of rights had everything; beyond 1 nothing is answered from it',
  registers: [registry],
});

export const replicaRevision = new Gauge({
  name: 'rollcall_access_replica_revision',
  help: 'The revision of the access log that the gateway has',
  registers: [registry],
});

export const replicaLoads = new Counter({
  name: 'rollcall_access_replica_loads_total',
  help: 'How often the graph of rights was loaded as a whole: at the start, and when what came did not follow on',
  registers: [registry],
});
