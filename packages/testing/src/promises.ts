import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ApiAnswer, type ApiClient, createApiClient } from './api-client.ts';
import type { Violation } from './invariant-queries.ts';
import { createMailbox, tokenIn } from './mailbox.ts';
import type { Newcomer, SignedInPerson } from './people.ts';
import type { Stack } from './stack.ts';
import { waitFor } from './wait-for.ts';

/** What people were promised by a 2xx, and must be able to rely on. */
export interface Promised {
  readonly signUps: Newcomer[];
  readonly sessions: { readonly person: SignedInPerson; readonly token: string }[];
  /** Permission names granted, by the person's id. */
  readonly grants: { readonly userId: string; readonly name: string }[];
  readonly ended: { readonly token: string }[];
}

/** Promises, and the administrator who can see whether they are kept. */
export interface Promises {
  readonly admin: SignedInPerson;
  readonly promised: Promised;
}

type Asked = Pick<Stack, 'gateway' | 'mail'>;

/** A mail that was in hand when its sender or its database went away waits until its lease ends, lest it be sent twice. */
export const mailPatienceMilliseconds = 60_000;

/**
 * Confirms every sign-up that was taken, and signs those people in.
 *
 * @throws naming one that cannot be: a 2xx was not durable (I9).
 */
export const redeemSignUps = async ({ gateway, mail: mailUrl }: Asked, { signUps }: Promised): Promise<void> => {
  const api = createApiClient(gateway);
  const mailbox = createMailbox(mailUrl);
  for (const { email, username, password } of signUps) {
    const mail = await mailbox.waitForMail(email, /confirm/i, mailPatienceMilliseconds);
    const { status, body } = await withinLimits(() =>
      api('POST', '/v1/registrations/verify', { body: { token: tokenIn(mail) } }),
    );
    if (status !== 200 && status !== 202) {
      throw new Error(`I9  the sign-up of ${username} answers ${status} ${JSON.stringify(body)}`);
    }
    const session = { body: { identifier: email, password } };
    await waitFor(`${username} to sign in`, async () => (await api('POST', '/v1/sessions', session)).status === 201);
  }
};

const withinLimits = async (ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> => {
  const answer = await ask();
  if (answer.status !== 429) return answer;
  await delay(Number(answer.headers.get('retry-after')) * 1_000);
  return withinLimits(ask);
};

/**
 * What people can do now beside what they were promised, what nobody ever gave them, and what the log says.
 *
 * @param rights what each of them holds by the access log
 */
export const promiseChecks = async (
  { gateway }: Asked,
  { admin, promised }: Promises,
  rights: ReadonlyMap<string, readonly string[]>,
): Promise<Violation[]> => {
  const api = createApiClient(gateway);
  const { grants, sessions, ended } = promised;
  const grantees = [...new Set(grants.map(({ userId }) => userId))];
  return [
    ...(await all('I9', 'grants that do not hold', grants, async ({ userId, name }) =>
      (await holds(api, admin, userId, name)) ? undefined : `${name} of ${userId}`,
    )),
    ...(await all('I9', 'sessions that were begun and are none', sessions, async ({ person, token }) =>
      (await api('GET', '/v1/users/me', { token })).status === 200 ? undefined : person.username,
    )),
    ...(await all('I7', 'sessions that were ended and are not', ended, async ({ token }) => {
      const { status } = await api('GET', '/v1/users/me', { token });
      return status === 401 ? undefined : `${status}`;
    })),
    ...(await all('I5', 'people whose rights are not what the log comes to', [...rights], async ([userId, held]) =>
      isDeepStrictEqual(await grantsOf(api, admin, userId), held) ? undefined : userId,
    )),
    ...(await all('I6', 'people who hold what nobody gave them', grantees, async (userId) =>
      (await holds(api, admin, userId, 'admin')) ? userId : undefined,
    )),
    ...(await all('I6', 'people who may do what nobody let them', sessions, async ({ person, token }) => {
      const body = { name: 'never.allowed', description: 'Nobody may make this.' };
      const { status } = await api('POST', '/v1/permissions', { token, body });
      return status === 403 ? undefined : `${person.username}: ${status}`;
    })),
  ];
};

const holds = async (api: ApiClient, { token }: SignedInPerson, userId: string, name: string): Promise<boolean> =>
  (await api('GET', `/users/${userId}?permission=${name}`, { token })).body.granted === true;

/** What somebody was granted, by name, as it is told now. */
const grantsOf = async (api: ApiClient, { token }: SignedInPerson, userId: string): Promise<string[]> => {
  const names: string[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const path = `/v1/users/${userId}/permissions?limit=200${next === '' ? '' : `&cursor=${next}`}`;
    const { body }: ApiAnswer = await api('GET', path, { token });
    const page: { items: { name: string; source: string }[]; nextCursor: string | null } = body;
    names.push(...page.items.filter(({ source }) => source === 'grant').map(({ name }) => name));
    next = page.nextCursor;
  }
  return names;
};

const all = async <T>(
  invariant: Violation['invariant'],
  what: string,
  things: readonly T[],
  find: (thing: T) => Promise<string | undefined>,
): Promise<Violation[]> => {
  const found: string[] = [];
  for (const thing of things) {
    const wrong = await find(thing);
    if (wrong !== undefined) found.push(wrong);
  }
  return found.length === 0 ? [] : [{ invariant, what, count: found.length, samples: found.slice(0, 3) }];
};

/** What of it no event and no message may have in plain: secrets, and what is personal. */
export const secretsIn = ({ signUps, sessions, ended }: Promised): string[] => [
  ...signUps.flatMap(({ email, password }) => [email, password]),
  ...[...sessions, ...ended].flatMap(({ token }) => token.split('.').slice(-1)),
];
