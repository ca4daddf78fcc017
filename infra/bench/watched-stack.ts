import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '@rollcall/testing/api-client';
import { newcomer, registerPerson, type SignedInPerson, signIn } from '@rollcall/testing/people';
import { startStack } from '@rollcall/testing/stack';
import { WebSocket } from 'ws';
import { addressOf } from './gateway.ts';

const perPerson = 20;
const commandsPerSecond = 20;
const seconds = 5;

/** Everything that `npm start` starts, with people who all watch one organization. */
export interface WatchedStack {
  readonly api: ApiClient;
  readonly admin: SignedInPerson;
  readonly organizationId: string;
  /** Gets each revision that a socket was shown, and when. */
  onShown: (revision: number, at: number) => void;
  readonly sockets: number;
  stop(): Promise<void>;
}

export const startWatched = async (sockets: number): Promise<WatchedStack> => {
  const stack = await startStack({
    durable: true,
    environment: { TRUSTED_PROXIES: '127.0.0.0/8', LOG_LEVEL: 'error' },
  });
  const api = createApiClient(stack.gateway);
  const admin = await registerPerson(api, stack.mail, newcomer('admin'), stack.setupToken);
  const { token } = admin;
  const must = async (path: string, body: unknown, address = 0) => {
    const headers = { 'x-forwarded-for': addressOf(address) };
    const answer = await api('POST', path, { token, body, headers });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const { id: organizationId } = await must('/v1/organizations', { name: 'Watched' });
  const opened: WebSocket[] = [];
  const watched: WatchedStack = {
    api,
    admin,
    organizationId,
    onShown: () => undefined,
    sockets,
    stop: async () => {
      for (const socket of opened) socket.terminate();
      await stack.stop();
    },
  };
  for (let person = 0; person < sockets / perPerson; person++) {
    const one = newcomer('watcher');
    const { email, username, password } = one;
    const { id } = await must('/users/create', { email, username, password, verified: true }, person);
    await must(`/v1/organizations/${organizationId}/members`, { userId: id });
    const session = await signIn(api, one);
    for (let count = 0; count < perPerson; count++) {
      opened.push(await open(stack.gateway, session.token, watched));
    }
  }
  return watched;
};

const open = async (gateway: string, token: string, watched: WatchedStack): Promise<WebSocket> => {
  const protocols = ['rollcall.v1', `bearer.${token}`];
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/v1/live`, protocols);
  const channel = `organization:${watched.organizationId}`;
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', id: 's1', channel })));
  const subscribed = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('error', reject);
  });
  await subscribed;
  // Read without being parsed: the clients share their cores with whoever is measured.
  socket.on('message', (data) => {
    const revision = /"revision":(\d+)/.exec(data.toString('latin1'))?.[1];
    if (revision !== undefined) watched.onShown(Number(revision), performance.now());
  });
  return socket;
};

/** Of all deliveries of commands that come at a steady pace, what 99 of 100 stay below: ms from the answer on. */
export const slowestDelivery = async (watched: WatchedStack): Promise<number> => {
  const { api, admin, organizationId } = watched;
  const shown: { readonly revision: number; readonly at: number }[] = [];
  watched.onShown = (revision, at) => void shown.push({ revision, at });
  const answeredAt = new Map<number, number>();
  const began = performance.now();
  const commands: Promise<void>[] = [];
  for (let n = 0; n < commandsPerSecond * seconds; n++) {
    await delay(Math.max(0, began + (n * 1_000) / commandsPerSecond - performance.now()));
    const body = { organizationId, name: `Team ${n}` };
    const headers = { 'x-forwarded-for': addressOf(n) };
    commands.push(
      api('POST', '/v1/teams', { token: admin.token, body, headers }).then(({ status, body: { revision } }) => {
        if (status !== 201) throw new Error(`a command answered ${status}`);
        answeredAt.set(revision, performance.now());
      }),
    );
  }
  await Promise.all(commands);
  const expected = commands.length * watched.sockets;
  while (shown.length < expected) await delay(20);
  const took = shown.map(({ revision, at }) => Math.max(0, at - (answeredAt.get(revision) ?? Number.NaN)));
  return took.sort((one, other) => one - other)[Math.floor(took.length * 0.99)] ?? Number.NaN;
};
