import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { OutgoingHttpError } from './outgoing-http-error.ts';

export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** What a name stands for. */
export type Resolve = (hostname: string) => Promise<readonly FoundAddress[]>;

export const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

export interface GuardedConnectorOptions {
  readonly resolve: Resolve;
  /** May an address be connected to? */
  readonly isAllowed: (address: string) => boolean;
  readonly timeoutMilliseconds: number;
}

/**
 * Opens connections to allowed addresses only. A name is resolved once for each connection, and the connection goes to the
 * very addresses that were judged: a name that stands for something else a moment later (DNS rebinding) gains nothing. A
 * name with one address that is not allowed is refused as a whole.
 */
export const createGuardedConnector = (options: GuardedConnectorOptions): buildConnector.connector => {
  const { isAllowed, timeoutMilliseconds } = options;
  const connect = buildConnector({ timeout: timeoutMilliseconds, lookup: judgedLookup(options) });
  return (target, callback) => {
    // No lookup is asked about an address that is written as one.
    if (isIP(target.hostname) !== 0 && !isAllowed(target.hostname)) {
      callback(new OutgoingHttpError('not_public'), null);
      return;
    }
    connect(target, callback);
  };
};

const judgedLookup =
  ({ resolve, isAllowed }: GuardedConnectorOptions): LookupFunction =>
  (hostname, { all, family }, callback) => {
    resolve(hostname).then(
      (found) => {
        const wanted = found.filter((one) => (family !== 4 && family !== 6 ? true : one.family === family));
        const [first] = wanted;
        if (!first || !found.every(({ address }) => isAllowed(address))) {
          callback(new OutgoingHttpError(first ? 'not_public' : 'unreachable'), '', 0);
        } else if (all) callback(null, [...wanted]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(new OutgoingHttpError('unreachable', error), '', 0),
    );
  };
