import { OutgoingHttpError } from '@rollcall/service-kit/outgoing-http-error';
import { Worker } from '@rollcall/service-kit/worker';
import { isLinkUri } from '@rollcall/types/redirect-uris';
import { findLiveClient } from '../oauth/footing.ts';
import type { Ports } from '../ports.ts';
import { claimDueLogouts, type OAuthLogout, settleLogout } from '../store/oauth-logouts.ts';
import { signLogoutToken } from './logout-token.ts';

/** In what time an application has to answer. */
export const clientDeadlineMilliseconds = 5_000;

/** How many are told at once; of one application, one such batch after the other. */
const room = { inAll: 128, ofEach: 8 } as const;
/** The last one is some seven hours after the first. */
const mostAttempts = 9;

/** 15 seconds, then four times as long each time, and never more than two hours. */
const waitSeconds = (attempt: number): number => Math.min(15 * 4 ** (attempt - 1), 7_200);

type LogoutPorts = Pick<Ports, 'config' | 'connection' | 'keys' | 'log' | 'outgoingToClients'>;

/**
 * Tells applications that a session has ended which they took part in, again and again until they have understood. Each has
 * a lane of its own: one that does not answer keeps nobody else waiting.
 */
export const createLogoutWorker = (ports: LogoutPorts): Pick<Worker, 'start' | 'stop'> => {
  const lanes = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  let inHand = 0;

  const open = (clientId: string, logouts: readonly OAuthLogout[]): void => {
    inHand += logouts.length;
    const told = Promise.allSettled(logouts.map((logout) => tell(ports, logout))).then((done) => {
      for (const one of done) if (one.status === 'rejected') failures.push(one.reason);
      inHand -= logouts.length;
      lanes.delete(clientId);
      worker.wake();
    });
    lanes.set(clientId, told);
  };

  const worker = new Worker({
    name: 'logouts',
    idleMilliseconds: 500,
    log: ports.log,
    round: async () => {
      const [failure] = failures.splice(0);
      if (failure !== undefined) throw failure;
      if (inHand >= room.inAll) return false;
      const claim = { inAll: room.inAll - inHand, ofEach: room.ofEach, busy: [...lanes.keys()] };
      const due = await claimDueLogouts(ports.connection.db, claim, waitSeconds);
      for (const clientId of new Set(due.map((logout) => logout.clientId))) {
        open(
          clientId,
          due.filter((logout) => logout.clientId === clientId),
        );
      }
      return due.length > 0;
    },
  });

  return {
    start: () => worker.start(),
    stop: async () => {
      await worker.stop();
      await Promise.all(lanes.values());
    },
  };
};

const tell = async (ports: LogoutPorts, logout: OAuthLogout): Promise<void> => {
  const client = await findLiveClient(ports, logout.clientId);
  const { backchannelLogoutUri: uri, backchannelLogoutSessionRequired: namesSession } = client?.settings ?? {};
  // Judged by the present rules, whatever stood with it once. Who wants to hear nothing any more is not told.
  if (!uri || !isLinkUri(uri)) return settleLogout(ports.connection.db, logout.id);
  const token = await signLogoutToken(ports, logout, namesSession === true);
  const answer = await ports.outgoingToClients
    .call(uri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams({ logout_token: token })),
    })
    .then(({ status }) => status, faultOf);
  if (answer === 200 || answer === 204) return settleLogout(ports.connection.db, logout.id);
  const about = { clientId: logout.clientId, attempt: logout.attempts, answer };
  if (logout.attempts < mostAttempts) return ports.log.info(about, 'an application has not understood a logout yet');
  ports.log.warn(about, 'an application was not told of a logout');
  await settleLogout(ports.connection.db, logout.id);
};

const faultOf = (error: unknown): string => {
  if (error instanceof OutgoingHttpError) return error.fault;
  throw error;
};
