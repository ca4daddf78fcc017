import type { Config } from './config.ts';

/**
 * What every answer carries: nothing is sniffed, framed or loaded unless a page of ours says otherwise, and other
 * origins read only what CORS_ORIGINS lets them.
 */
export const createHeaderWriter = (config: Config) => {
  const always: readonly (readonly [string, string])[] = [
    ['x-content-type-options', 'nosniff'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ...(config.secure ? [['strict-transport-security', 'max-age=31536000; includeSubDomains'] as const] : []),
  ];
  const strictest = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  return (response: Response, origin: string | null, requestId: string): Response => {
    const headers = response.headers;
    for (const [name, value] of always) headers.set(name, value);
    // A page that posts a form says otherwise: without a referrer there is no origin to tell it by.
    if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'no-referrer');
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', strictest);
    headers.set('x-request-id', requestId);
    if (config.corsOrigins.size > 0) headers.append('vary', 'Origin');
    if (origin !== null && config.corsOrigins.has(origin)) {
      headers.set('access-control-allow-origin', origin);
      headers.set('access-control-allow-credentials', 'true');
      headers.set('access-control-expose-headers', 'ETag, Retry-After, Rollcall-Revision, X-Request-Id');
      headers.set('cross-origin-resource-policy', 'cross-origin');
    }
    return response;
  };
};

/** The answer to a browser that asks before it sends (CORS preflight). */
export const preflight = (methods: readonly string[]): Response =>
  new Response(null, {
    status: 204,
    headers: {
      allow: methods.join(', '),
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers':
        'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Rollcall-Revision, Traceparent',
      'access-control-max-age': '600',
    },
  });
