import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inSpan, isTraceparent, storyIds } from './tracing.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const options = {
  name: 'signIn',
  kind: 'server',
  requestId: 'a-request',
  attributes: { 'rollcall.service': 'auth' },
} as const;

describe('without a collector', () => {
  it('a trace that began outside goes through unchanged', async () => {
    expect(await inSpan({ ...options, parent }, async (traceparent) => traceparent)).toBe(parent);
    expect(await inSpan({ ...options, parent: undefined }, async (traceparent) => traceparent)).toBeUndefined();
  });
});

describe('with a collector', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  beforeAll(() => provider.register());
  afterAll(() => provider.shutdown());

  it('work is a span of the trace it belongs to, and hands itself on as the parent', async () => {
    const handedOn = await inSpan({ ...options, parent }, async (traceparent) => traceparent);
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(span?.attributes).toEqual({ 'rollcall.service': 'auth', 'rollcall.request': 'a-request' });
    expect(handedOn).toBe(`00-0af7651916cd43dd8448eb211c80319c-${span?.spanContext().spanId}-01`);
  });

  it('work that fails is marked and fails all the same', async () => {
    exporter.reset();
    const failing = inSpan({ ...options, parent }, async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(exporter.getFinishedSpans()[0]?.status.code).toBe(2);
  });
});

describe('a log line', () => {
  it('names the request, and the trace where there is one', () => {
    expect(storyIds('a-request', parent)).toEqual({
      requestId: 'a-request',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    expect(storyIds('a-request', undefined)).toEqual({ requestId: 'a-request' });
    expect(storyIds('a-request', 'something else')).toEqual({ requestId: 'a-request' });
  });
});

describe('what a client sends as traceparent', () => {
  it.each([null, '', 'x', `${parent} `, parent.toUpperCase()])('is not handed on when it is %j', (text) => {
    expect(isTraceparent(text)).toBe(false);
  });
});
