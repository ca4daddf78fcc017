import { generateSecret, generateURI, verify } from 'otplib';

/** As every authenticator app has it (RFC 6238): six digits by HMAC-SHA-1, a new code each thirty seconds. */
const period = 30;

/** 160 bits in base32. */
export const newTotpSecret = (): string => generateSecret({ length: 20 });

/** What authenticator apps read from the QR code. */
export const totpUri = (issuer: string, account: string, secret: string): string =>
  generateURI({ issuer, label: account, secret });

/** As people read codes out of an app: groups do not matter. */
const digitsOf = (typed: string): string | undefined => /^\d{6}$/.exec(typed.replaceAll(/[\s-]/g, ''))?.[0];

/**
 * The time step that a code is of: the present one, or the one before or after it, for clocks that differ and people who
 * type; undefined when it is of none. A step that was used, and those before it, are never answered.
 *
 * @param seconds since 1970, by the one clock that all replicas share
 */
export const stepOfCode = async (
  secret: string,
  typed: string,
  seconds: number,
  usedStep: number,
): Promise<number | undefined> => {
  const token = digitsOf(typed);
  if (token === undefined) return undefined;
  const tried = { secret, token, period, epoch: seconds, epochTolerance: period };
  const verdict = await verify({ ...tried, afterTimeStep: usedStep });
  return verdict.valid && 'timeStep' in verdict ? verdict.timeStep : undefined;
};
