import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '@rollcall/testing/api-client';
import { type SignedInPerson, signIn } from '@rollcall/testing/people';
import { LiveClient } from './live-client.ts';

/** The ways in that an account has while somebody is signed in to it. */
export type Door = 'rights' | 'token' | 'refresh' | 'password';

export interface AccessProbe {
  /** Doors that were found open after they had been found shut. */
  readonly openedAgain: readonly string[];
  readonly isShut: (door: Door) => boolean;
  readonly live: LiveClient;
  stop(): Promise<void>;
}

/** Whether a door is open; undefined when nobody could say. */
type Try = () => Promise<boolean | undefined>;

const openOrShut = (status: number, open: number, shut: number): boolean | undefined =>
  status === open ? true : status === shut ? false : undefined;

/** Those who try come from addresses of their own: each has its limits. */
let addresses = 0;

/** Tries every door of a person over and over, and remembers what it found. The gateway must believe what its client says of addresses. */
export const probeAccess = async (
  api: ApiClient,
  gateway: string,
  { admin, person, permission }: { admin: SignedInPerson; person: SignedInPerson; permission: string },
): Promise<AccessProbe> => {
  const shut = new Set<Door>();
  const openedAgain: string[] = [];
  const stopping = new AbortController();
  const live = await LiveClient.withToken(gateway, person.token);
  const headers = { 'x-forwarded-for': `198.51.100.${++addresses % 250}` };
  // A session of its own: a refresh token whose answer was lost would end the one that the others try.
  let { refreshToken } = await signIn(api, person);

  const doors: Record<Door, Try> = {
    rights: async () => {
      const { status, body } = await api('GET', `/users/${person.id}?permission=${permission}`, { token: admin.token });
      return status === 200 ? body.granted : undefined;
    },
    token: async () => openOrShut((await api('GET', '/v1/users/me', { token: person.token })).status, 200, 401),
    refresh: async () => {
      // One address may refresh and sign in six hundred times a minute.
      await delay(100);
      const { status, body } = await api('POST', '/v1/sessions/refresh', { headers, body: { refreshToken } });
      if (status === 200) refreshToken = body.refreshToken;
      return openOrShut(status, 200, 401);
    },
    password: async () => {
      await delay(500);
      const body = { identifier: person.username, password: person.password };
      return openOrShut((await api('POST', '/v1/sessions', { headers, body })).status, 201, 401);
    },
  };
  const keepTrying = async (door: Door): Promise<void> => {
    while (!stopping.signal.aborted) {
      const open = await doors[door]().catch(() => undefined);
      if (open === true && shut.has(door)) openedAgain.push(`${door} of ${person.username}`);
      if (open === false) shut.add(door);
      await delay(50);
    }
  };
  const trying = (Object.keys(doors) as Door[]).map(keepTrying);
  return {
    openedAgain,
    isShut: (door) => shut.has(door),
    live,
    stop: async () => {
      stopping.abort();
      await Promise.all(trying);
      live.close();
    },
  };
};
