import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type CBORType, encodeCBOR } from '@levischuck/tiny-cbor';

/** What a hostile or broken authenticator, or browser, says otherwise than the true one. */
export interface Twist {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly relyingParty?: string;
  readonly present?: boolean;
  readonly verified?: boolean;
  readonly eligible?: boolean;
  readonly backedUp?: boolean;
  readonly signCount?: number;
  readonly userHandle?: string;
  readonly credentialId?: string;
  readonly algorithm?: number;
  /** Signs in place of the credential's own key. */
  readonly key?: KeyObject;
}

interface Options {
  readonly challenge: string;
  readonly user?: { readonly id: string };
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

const es256 = -7;

/** A passkey in software, with one credential: what a browser answers for it to the options of a server (WebAuthn Level 3). */
export class Authenticator {
  readonly #place: { readonly origin: string; readonly relyingParty: string };
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #credentialId = base64url(randomBytes(32));
  #userHandle = '';
  #signCount = 0;

  constructor(origin: string, relyingParty = new URL(origin).hostname) {
    this.#place = { origin, relyingParty };
  }

  get credentialId(): string {
    return this.#credentialId;
  }

  /** Answers `registration-options`: a `RegistrationResponseJSON`. */
  register(options: Options, twist: Twist = {}) {
    this.#userHandle = options.user?.id ?? '';
    const id = twist.credentialId ?? this.#credentialId;
    const rawId = Buffer.from(id, 'base64url');
    const credential = Buffer.concat([Buffer.alloc(16), uint(rawId.length, 2), rawId, this.#coseKey(twist.algorithm)]);
    const authData = Buffer.concat([this.#head(twist, 0x40), credential]);
    const attestation: CBORType = new Map<string, CBORType>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    const response = {
      clientDataJSON: base64url(this.#clientData('webauthn.create', options, twist)),
      attestationObject: base64url(encodeCBOR(attestation)),
      transports: ['internal'],
    };
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  /** Answers `authentication-options`: an `AuthenticationResponseJSON`. */
  sign(options: Options, twist: Twist = {}) {
    this.#signCount += 1;
    const id = twist.credentialId ?? this.#credentialId;
    const authenticatorData = this.#head(twist, 0);
    const clientData = this.#clientData('webauthn.get', options, twist);
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    const response = {
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign('sha256', signed, twist.key ?? this.#keys.privateKey)),
      userHandle: twist.userHandle ?? this.#userHandle,
    };
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #clientData(type: string, { challenge }: Options, twist: Twist): Buffer {
    const said = {
      type: twist.type ?? type,
      challenge: twist.challenge ?? challenge,
      origin: twist.origin ?? this.#place.origin,
      crossOrigin: twist.crossOrigin ?? false,
      topOrigin: twist.topOrigin,
    };
    return Buffer.from(JSON.stringify(said));
  }

  #head(twist: Twist, attested: number): Buffer {
    const { present = true, verified = true, eligible = false, backedUp = false } = twist;
    const flags =
      (present ? 0x01 : 0) | (verified ? 0x04 : 0) | (eligible ? 0x08 : 0) | (backedUp ? 0x10 : 0) | attested;
    const relyingParty = twist.relyingParty ?? this.#place.relyingParty;
    return Buffer.concat([sha256(relyingParty), uint(flags, 1), uint(twist.signCount ?? this.#signCount, 4)]);
  }

  /** RFC 9053 section 7.1: an elliptic curve key. */
  #coseKey(algorithm = es256): Uint8Array {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const key: CBORType = new Map<number, CBORType>([
      [1, 2],
      [3, algorithm],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
    return encodeCBOR(key);
  }
}
