import { type ProblemCode, problems, type Refusal } from '@rollcall/types/problems';
import { oauthPrefix } from '@rollcall/types/routes/auth/oauth-protocol';
import { problemResponse } from './problem-response.ts';

/** RFC 6749 sections 4.1.2.1 and 5.2 have few words, which clients know what to do with. */
const words: Partial<Record<ProblemCode, string>> = {
  rate_limited: 'temporarily_unavailable',
  unavailable: 'temporarily_unavailable',
  overloaded: 'temporarily_unavailable',
  internal_error: 'server_error',
  cross_site_request: 'access_denied',
  untrusted_hop: 'access_denied',
};

/** What is refused before an endpoint of OAuth is reached, in OAuth's own form (RFC 6749 section 5.2). */
const oauthRefusal = ({ refused, detail, retryAfterSeconds }: Refusal): Response =>
  new Response(
    JSON.stringify({
      error: words[refused] ?? 'invalid_request',
      error_description: detail ?? problems[refused].title,
    }),
    {
      status: problems[refused].status,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      },
    },
  );

/** The answer for a refusal, in the form of whatever standard is spoken at that path. */
export const refusalResponse = (path: string, refusal: Refusal, requestId: string): Response =>
  path.startsWith(`${oauthPrefix}/`) ? oauthRefusal(refusal) : problemResponse(refusal, requestId);
