import { OutgoingHttpError } from '@rollcall/service-kit/outgoing-http-error';
import { Worker } from '@rollcall/service-kit/worker';
import { isLinkUri } from '@rollcall/types/redirect-uris';
import { findLiveClient } from '../oauth/footing.ts';
import type { Ports } from '../ports.ts';
import { claimDueLogouts, type OAuthLogout, settleLogout } from '../store/oauth-logouts.ts';
import { signLogoutToken } from './logout-token.ts';

/** In what time an application has to answer. */
export const clientDeadlineMilliseconds = 5_000;

const parallel = 32;
/** The last one is some seven hours after the first. */
const mostAttempts = 9;

/** 15 seconds, then four times as long each time, and never more than two hours. */
const waitSeconds = (attempt: number): number => Math.min(15 * 4 ** (attempt - 1), 7_200);

type LogoutPorts = Pick<Ports, 'config' | 'connection' | 'keys' | 'log' | 'outgoingToClients'>;

/** Tells applications that a session has ended which they took part in, again and again until they have understood. */
export const createLogoutWorker = (ports: LogoutPorts): Worker =>
  new Worker({
    name: 'logouts',
    idleMilliseconds: 500,
    log: ports.log,
    round: async () => {
      const due = await claimDueLogouts(ports.connection.db, parallel, waitSeconds);
      const done = await Promise.allSettled(due.map((logout) => tell(ports, logout)));
      for (const one of done) if (one.status === 'rejected') throw one.reason;
      return due.length === parallel;
    },
  });

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
