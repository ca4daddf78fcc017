import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

const tracer = trace.getTracer('rollcall');

const spanKinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const;

/** What a piece of work belongs to, and what it is. */
export interface SpanOptions {
  readonly name: string;
  /** `server` for a request, `consumer` for an event, `client` for a call to something that is none of ours. */
  readonly kind: keyof typeof spanKinds;
  /** The id of the request that all of this follows from; `rollcall.request` of the span. */
  readonly requestId: string;
  /** The W3C `traceparent` of what caused it. */
  readonly parent: string | undefined;
  /** Never personal values or secrets: traces leave the system. */
  readonly attributes: Attributes;
}

/**
 * Does work as a span of a trace. The work gets the `traceparent` to hand on; it is the parent's while nobody traces,
 * so that a trace that began outside still goes through us.
 */
export const inSpan = async <T>(
  { name, kind, requestId, parent, attributes }: SpanOptions,
  work: (traceparent: string | undefined) => Promise<T>,
): Promise<T> => {
  const from = parent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
  const told = { 'rollcall.request': requestId, ...attributes };
  const span = tracer.startSpan(name, { kind: spanKinds[kind], attributes: told }, from);
  try {
    if (!span.isRecording()) return await work(parent);
    const carrier: { traceparent?: string } = {};
    propagation.inject(trace.setSpan(context.active(), span), carrier);
    return await work(carrier.traceparent);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
};

/**
 * Sends traces to an OpenTelemetry collector (OTLP over HTTP). Nothing of it is loaded where no collector is named.
 *
 * @returns how to send what is left and stop.
 */
export const startTracing = async (endpoint: string | undefined, serviceName: string): Promise<() => Promise<void>> => {
  if (endpoint === undefined || endpoint === '') return async () => undefined;
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })),
    ],
  });
  provider.register();
  return () => provider.shutdown();
};

/** The W3C form; what a client sends that is not of it is not handed on. */
export const isTraceparent = (text: string | null): text is string =>
  text !== null && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);

/**
 * What every log line about a request, or about what follows from it, says: the id by which all of them are found, and
 * the one of the trace where there is one.
 */
export const storyIds = (requestId: string, traceparent: string | null | undefined) => ({
  requestId,
  ...(isTraceparent(traceparent ?? null) ? { traceId: traceparent?.split('-')[1] } : {}),
});
