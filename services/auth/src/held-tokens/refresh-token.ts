import { digestOf } from '@rollcall/service-kit/sealed-secret';
import { firstPartyClient } from '@rollcall/types/first-party';
import { assuranceOf } from '../factors/assurance.ts';
import { signedInWell } from '../factors/second-factor-policy.ts';
import type { Ports } from '../ports.ts';
import { findSignedInByRefresh } from '../store/signed-in.ts';
import type { HeldToken } from './held-token.ts';
import { secondsOf } from './seconds.ts';
import { endSession } from './session.ts';

/** The refresh token of a session of ours. */
export const findRefreshToken = async (ports: Ports, token: string): Promise<HeldToken | undefined> => {
  const { config, connection } = ports;
  const who = await findSignedInByRefresh(connection.db, config.sessionIdleMilliseconds, digestOf(token));
  if (!who) return undefined;
  return {
    said: {
      token_kind: 'refresh_token',
      iss: config.issuer,
      sub: who.userId,
      client_id: firstPartyClient,
      sid: who.sessionId,
      auth_time: secondsOf(who.authenticatedAt),
      acr: assuranceOf(who.methods),
      amr: [...who.methods],
    },
    isGood: async (hop) => (await signedInWell(ports, who, hop)) !== undefined,
    end: endSession(ports, who),
  };
};
