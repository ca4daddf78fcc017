import { freshCanary } from '@rollcall/testing/canaries';
import type { Route } from '@rollcall/types/route-definition';
import { publicRoutes } from '@rollcall/types/route-table';
import type { CanaryStack } from './canary-stack.ts';
import { fieldsOf } from './declared-fields.ts';

/**
 * Everything that can be typed into a wrong place, which may always be a password: in every field of every body, in
 * every query and path, as tokens, keys and cookies, by nobody and by somebody who may do everything.
 */
export const makeEveryMistake = async (
  { canaries, fresh, clientOf }: CanaryStack,
  adminToken: string,
): Promise<number> => {
  let sent = 0;
  const typed = (where: string): string => canaries.add('secret', `what was typed into ${where}`, freshCanary());

  const requestsTo = (route: Route) => {
    const about = route.operationId;
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => typed(`${about} ${name}`));
    const fields = route.body ? fieldsOf(route.body) : [];
    const body: Record<string, unknown> = { undeclared: typed(`${about} undeclared`) };
    for (const { path: names, kind } of fields) {
      let at = body;
      for (const name of names.slice(0, -1)) at = within(at, name);
      const name = names.at(-1) ?? '';
      if (kind === 'object' || kind === 'dictionary') at[name] = { inner: typed(`${about} ${names.join('.')} inner`) };
      else at[name] = typed(`${about} ${names.join('.')}`);
    }
    const json = JSON.stringify(body);
    const query = `?${['token', 'access_token', 'password', 'cursor', 'limit', 'undeclared']
      .map((name) => `${name}=${typed(`${about} ?${name}`)}`)
      .join('&')}`;
    const bodies = route.method === 'GET' ? [undefined] : [json, json.slice(0, -1), `${json}x`, `"${typed(about)}"`];
    return bodies.flatMap((text) => [
      { path, query: '', text },
      { path, query, text },
    ]);
  };

  const wrongTokens = (): readonly Readonly<Record<string, string>>[] => [
    {
      authorization: `Bearer ${fresh('secret', 'a wrong bearer token')}`,
      traceparent: fresh('secret', 'a wrong traceparent'),
      'x-request-id': fresh('secret', 'a wrong request id'),
      referer: `https://example.com/?token=${fresh('secret', 'a token in a referrer')}`,
    },
    { authorization: `Basic ${btoa(`${fresh('secret', 'a name')}:${fresh('secret', 'a basic password')}`)}` },
    {
      cookie: `rollcall_access=${fresh('secret', 'a wrong cookie')}; rollcall_refresh=${fresh('secret', 'another')}`,
      origin: 'https://elsewhere.example',
      'idempotency-key': fresh('personal', 'a key of a request'),
    },
    { authorization: `Bearer ${adminToken}`, 'content-encoding': fresh('secret', 'an encoding') },
    { authorization: `Bearer ${adminToken}`, 'if-match': fresh('secret', 'a condition') },
  ];

  // Ending the administrator's own session would be no mistake, and nor would a new key.
  const mistaken = publicRoutes.filter(
    ({ operationId }) => !['signOut', 'revokeOtherSessions', 'rotateSigningKey'].includes(operationId),
  );
  for (const route of mistaken) {
    const kinds = wrongTokens();
    for (const { path, query, text } of requestsTo(route)) {
      const headers = kinds[sent % kinds.length] ?? {};
      // Minutes are limited by address.
      const address = `198.51.${sent >> 8}.${sent & 255}`;
      const api = clientOf({ userAgent: fresh('personal', 'a user agent of mistakes'), address });
      await api(route.method, path + query, { headers, ...(text === undefined ? {} : { body: text }) });
      sent++;
    }
  }
  return sent;
};

/** The object at a name, made if it is not there. */
const within = (outer: Record<string, unknown>, name: string): Record<string, unknown> => {
  const found = outer[name];
  const inner: Record<string, unknown> = typeof found === 'object' ? { ...found } : {};
  outer[name] = inner;
  return inner;
};
