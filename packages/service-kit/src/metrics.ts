import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One registry a process, whichever services it hosts. */
export const registry = new Registry();
collectDefaultMetrics({ register: registry });

export const requestDuration = new Histogram({
  name: 'rollcall_http_request_duration_seconds',
  help: 'Time to answer a request, by route',
  labelNames: ['service', 'operation', 'status'],
  buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  registers: [registry],
});

export const eventsPublished = new Counter({
  name: 'rollcall_events_published_total',
  help: 'Events that JetStream acknowledged',
  labelNames: ['service'],
  registers: [registry],
});

export const outboxBacklog = new Gauge({
  name: 'rollcall_outbox_backlog',
  help: 'Committed events that are not published yet',
  labelNames: ['service', 'source'],
  registers: [registry],
});

export const outboxOldest = new Gauge({
  name: 'rollcall_outbox_oldest_seconds',
  help: 'How long the oldest committed event has waited to be published',
  labelNames: ['service', 'source'],
  registers: [registry],
});

export const consumerLag = new Gauge({
  name: 'rollcall_consumer_lag',
  help: 'Events of a source that a service has not acknowledged yet, those in hand included',
  labelNames: ['service', 'source'],
  registers: [registry],
});

export const eventsParkedNow = new Gauge({
  name: 'rollcall_events_parked',
  help: 'Events that could not be applied, and those that wait behind them',
  labelNames: ['service', 'source'],
  registers: [registry],
});

export const eventsApplied = new Counter({
  name: 'rollcall_events_applied_total',
  help: 'Consumed events by outcome: applied, repeated, held, parked',
  labelNames: ['service', 'source', 'outcome'],
  registers: [registry],
});

export const hookDuration = new Histogram({
  name: 'rollcall_hook_duration_seconds',
  help: 'Time that a blocking hook took, by outcome: allow, deny, unanswered',
  labelNames: ['hook', 'point', 'outcome'],
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 3, 10],
  registers: [registry],
});
