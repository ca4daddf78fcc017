import type { HopContext } from '@rollcall/service-kit/actor';
import { signedInWell } from '../factors/second-factor-policy.ts';
import type { Ports } from '../ports.ts';
import type { OAuthRecord } from '../store/oauth-records.ts';
import { findSignedIn, type SignedIn } from '../store/signed-in.ts';

/** Who is signed in now where a session of the provider stands for one of ours. */
export const signedInBy = async (
  ports: Pick<Ports, 'client' | 'config' | 'connection'>,
  { sessionId }: Pick<OAuthRecord, 'sessionId'>,
  hop: HopContext | undefined,
): Promise<SignedIn | undefined> => {
  if (sessionId === null) return undefined;
  const { config, connection } = ports;
  return signedInWell(ports, await findSignedIn(connection.db, config.sessionIdleMilliseconds, sessionId), hop);
};
