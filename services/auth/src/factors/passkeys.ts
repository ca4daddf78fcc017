import { digestOf } from '@rollcall/service-kit/sealed-secret';
import type { PasskeyAssertion, PasskeyAttestation } from '@rollcall/types/routes/auth/passkeys';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { Ports } from '../ports.ts';
import { endAfter } from '../store/clock.ts';
import { type ChallengeUse, insertChallenge, takeChallenge } from '../store/passkey-challenges.ts';
import { findPasskey, listPasskeys, type Passkey } from '../store/passkeys.ts';

/** EdDSA, ES256 and RS256, as COSE numbers them; what authenticators have. */
const algorithms = [-8, -7, -257];

/** Whoever asks the authenticator is asked by it: a passkey is something one has, and something one knows or is. */
const userVerification = 'required';

/** Options for a browser to make a passkey with, for a session. */
export const registrationOptions = async (
  ports: Ports,
  user: { readonly userId: string; readonly sessionId: string; readonly name: string },
) => {
  const { config, connection } = ports;
  const known = await listPasskeys(connection.db, user.userId);
  const options = await generateRegistrationOptions({
    rpName: config.passkeys.relyingParty,
    rpID: config.passkeys.relyingParty,
    userName: user.name,
    // The id says nothing about the person (WebAuthn Level 3, section 14.6.1).
    userID: new Uint8Array(Buffer.from(user.userId)),
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    timeout: config.passkeys.challengeMilliseconds,
    authenticatorSelection: { residentKey: 'required', userVerification },
    excludeCredentials: known.map(described),
  });
  await keep(ports, options.challenge, { purpose: 'registration', askedBy: user.sessionId });
  return options;
};

/** Options for a browser to sign in with: any passkey of this place, or one of those that a person has. */
export const authenticationOptions = async (
  ports: Ports,
  use: ChallengeUse,
  allowed: readonly Passkey[] | undefined,
) => {
  const { config } = ports;
  const options = await generateAuthenticationOptions({
    rpID: config.passkeys.relyingParty,
    timeout: config.passkeys.challengeMilliseconds,
    userVerification,
    ...(allowed === undefined ? {} : { allowCredentials: allowed.map(described) }),
  });
  await keep(ports, options.challenge, use);
  return options;
};

const described = ({ credentialId, transports }: Passkey) => ({ id: credentialId, transports });

const keep = async ({ config, connection }: Ports, challenge: string, use: ChallengeUse): Promise<void> => {
  const expiresAt = await endAfter(connection.db, config.passkeys.challengeMilliseconds);
  await insertChallenge(connection.db, digestOf(challenge), use, expiresAt);
};

/** A new passkey, when this is the answer to what the session was asked; why it is not otherwise. */
export const verifyAttestation = async (ports: Ports, sessionId: string, response: PasskeyAttestation) => {
  const challenge = await takeOf(ports, response, { purpose: 'registration', askedBy: sessionId });
  if (challenge === undefined) return { refused: 'it signs no challenge of this session' };
  const { clientDataJSON, attestationObject } = response.response;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expectations(ports, challenge),
      response: { ...wholly(response), response: { clientDataJSON, attestationObject } },
      supportedAlgorithmIDs: algorithms,
    });
    return verified ? registrationInfo : { refused: 'its attestation does not hold' };
  } catch (error) {
    // The library throws for whatever is wrong with what a stranger sent.
    return { refused: reasonOf(error) };
  }
};

/** What a passkey has signed. */
export interface Assertion {
  readonly passkey: Passkey;
  readonly signCount: number;
  /** Its authenticator has counted further before: there are two of it. */
  readonly isCopy: boolean;
}

/** Whose passkey has answered this challenge, and how; why none has otherwise. */
export const verifyAssertion = async (
  ports: Ports,
  use: ChallengeUse,
  response: PasskeyAssertion,
): Promise<Assertion | { readonly refused: string; readonly passkey?: Passkey }> => {
  const challenge = await takeOf(ports, response, use);
  if (challenge === undefined) return { refused: 'it signs no challenge that was asked for here' };
  const passkey = await findPasskey(ports.connection.db, response.id);
  if (!passkey) return { refused: 'nobody has this passkey' };
  const { clientDataJSON, authenticatorData, signature, userHandle } = response.response;
  if (typeof userHandle === 'string' && Buffer.from(userHandle, 'base64url').toString() !== passkey.userId) {
    return { refused: 'it is for somebody else', passkey };
  }
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expectations(ports, challenge),
      response: { ...wholly(response), response: { clientDataJSON, authenticatorData, signature } },
      // The library looks at the count before the signature, and would believe a stranger that there is a copy.
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: 0,
      },
    });
    if (!verified) return { refused: 'its signature does not hold', passkey };
    const signCount = authenticationInfo.newCounter;
    const isCopy = (signCount > 0 || passkey.signCount > 0) && signCount <= passkey.signCount;
    return { passkey, signCount, isCopy };
  } catch (error) {
    return { refused: reasonOf(error), passkey };
  }
};

const expectations = ({ config: { passkeys } }: Ports, expectedChallenge: string) => ({
  expectedChallenge,
  expectedOrigin: [...passkeys.origins],
  expectedRPID: passkeys.relyingParty,
  requireUserVerification: true,
});

/** What the library wants to be there, and nothing is read from. */
const wholly = ({ id, rawId, type }: Pick<PasskeyAssertion, 'id' | 'rawId' | 'type'>) => ({
  ...{ id, rawId, type },
  clientExtensionResults: {},
});

const clientData = z.object({ challenge: z.string(), crossOrigin: z.boolean().optional() });

/** The challenge that was signed, used up by this; undefined when it is not one for this use. */
const takeOf = async (
  { connection }: Ports,
  { response }: { readonly response: { readonly clientDataJSON: string } },
  use: ChallengeUse,
): Promise<string | undefined> => {
  const said = clientData.safeParse(parsed(Buffer.from(response.clientDataJSON, 'base64url').toString()));
  // Nobody's page is shown within another's.
  if (!said.success || said.data.crossOrigin === true) return undefined;
  const isOurs = await takeChallenge(connection.db, digestOf(said.data.challenge), use);
  return isOurs ? said.data.challenge : undefined;
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
