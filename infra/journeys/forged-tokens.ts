import { createHmac, createSign, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';

/** A token that must open nothing, and what is wrong with it. */
export interface ForgedToken {
  readonly what: string;
  readonly token: string;
}

/** A public key as the key set publishes it. */
export interface PublishedKey {
  readonly kid: string;
  readonly alg: string;
  readonly pem: string;
  readonly jwk: Readonly<Record<string, unknown>>;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());

const partsOf = (token: string) => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { header, payload, signature };
};

const unsigned = (genuine: string, known: PublishedKey): readonly ForgedToken[] => {
  const { payload, signature } = partsOf(genuine);
  const headers: readonly (readonly [string, Record<string, unknown>])[] = [
    ...['none', 'None', 'NONE', 'nOnE', '', ' none'].map((alg) => [`alg ${JSON.stringify(alg)}`, { alg }] as const),
    ['no alg', {}],
    ['alg null', { alg: null }],
    ['alg a list', { alg: ['none', known.alg] }],
  ];
  return headers.flatMap(([what, alg]) => {
    const head = encode({ ...alg, kid: known.kid, typ: 'at+jwt' });
    return ['', signature].map((end) => ({
      what: `${what}, with ${end ? 'the genuine' : 'no'} signature`,
      token: `${head}.${payload}.${end}`,
    }));
  });
};

/** Signed with what everybody can read, as a shared secret. */
const bySharedSecret = (genuine: string, known: PublishedKey): readonly ForgedToken[] => {
  const { payload } = partsOf(genuine);
  const secrets = {
    PEM: known.pem,
    'PEM without its end': known.pem.trim(),
    JWK: JSON.stringify(known.jwk),
    nothing: '',
  };
  return Object.entries(secrets).flatMap(([what, secret]) =>
    ([256, 384, 512] as const).map((bits) => {
      const data = `${encode({ alg: `HS${bits}`, kid: known.kid, typ: 'at+jwt' })}.${payload}`;
      const signature = createHmac(`sha${bits}`, secret).update(data).digest('base64url');
      return { what: `HS${bits} under the public key (${what})`, token: `${data}.${signature}` };
    }),
  );
};

const strangersKeys = () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const signing =
    (key: KeyObject, options: { dsaEncoding?: 'ieee-p1363'; padding?: number } = {}) =>
    (data: string) =>
      createSign('sha256')
        .update(data)
        .sign({ key, ...options });
  return [
    { alg: 'RS256', pair: rsa, sign: signing(rsa.privateKey) },
    // 6 is RSA_PKCS1_PSS_PADDING.
    { alg: 'PS256', pair: rsa, sign: signing(rsa.privateKey, { padding: 6 }) },
    { alg: 'ES256', pair: ec, sign: signing(ec.privateKey, { dsaEncoding: 'ieee-p1363' }) },
    { alg: 'EdDSA', pair: ed, sign: (data: string) => signBytes(null, Buffer.from(data), ed.privateKey) },
  ];
};

/** Signed well, by a key that is not ours: named as ours, brought along, or to be fetched. */
const byStranger = (genuine: string, known: PublishedKey): readonly ForgedToken[] => {
  const { payload } = partsOf(genuine);
  return strangersKeys().flatMap(({ alg, pair, sign }) => {
    const jwk = pair.publicKey.export({ format: 'jwk' });
    const headers: Readonly<Record<string, Record<string, unknown>>> = {
      'under the id of our key': { kid: known.kid },
      'without an id': {},
      'brought along': { kid: known.kid, jwk },
      'to be fetched': { kid: 'x', jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/keys' },
      'with an id that is a path': { kid: '../../../../dev/null' },
      'with an id that is SQL': { kid: "x' or 1=1 --" },
    };
    return Object.entries(headers).map(([what, header]) => {
      const data = `${encode({ alg, typ: 'at+jwt', ...header })}.${payload}`;
      return { what: `${alg} by somebody else’s key, ${what}`, token: `${data}.${sign(data).toString('base64url')}` };
    });
  });
};

/** Other claims or another header over a signature that is genuine. */
const altered = (genuine: string, victimId: string): readonly ForgedToken[] => {
  const { header, payload, signature } = partsOf(genuine);
  const claims = decode(payload);
  const token = (what: string, head: unknown, body: unknown): ForgedToken => ({
    what,
    token: `${typeof head === 'string' ? head : encode(head)}.${encode(body)}.${signature}`,
  });
  return [
    token('somebody else’s sub', header, { ...claims, sub: victimId }),
    token('a later exp', header, { ...claims, exp: Number(claims.exp) + 86_400 }),
    token('another aud', header, { ...claims, aud: 'https://elsewhere.example' }),
    token('a claim more', header, { ...claims, permissions: ['admin'] }),
    token('another typ', { ...decode(header), typ: 'JWT' }, claims),
    token('a header that must be understood', { ...decode(header), crit: ['exp'] }, claims),
  ];
};

/** Every way that is known to have passed a verifier somewhere. */
export const forgedTokens = (genuine: string, known: PublishedKey, victimId: string): readonly ForgedToken[] => [
  ...unsigned(genuine, known),
  ...bySharedSecret(genuine, known),
  ...byStranger(genuine, known),
  ...altered(genuine, victimId),
];

const flipped = (letter: string): string => (letter === 'A' ? 'B' : 'A');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same token, cut, padded and spelled in other ways; a verifier may take some of them for the genuine one. */
export const respelledTokens = (genuine: string): readonly ForgedToken[] => {
  const { header, payload, signature } = partsOf(genuine);
  const last = alphabet.indexOf(signature.at(-1) ?? '');
  const unusedBits = [1, 2, 3].map((bits) => `${genuine.slice(0, -1)}${alphabet[last ^ bits] ?? ''}`);
  const spelled: Readonly<Record<string, string>> = {
    'cut by one': genuine.slice(0, -1),
    'cut by ten': genuine.slice(0, -10),
    'without its signature': `${header}.${payload}`,
    'with an empty signature': `${header}.${payload}.`,
    'without its header': `.${payload}.${signature}`,
    padded: `${genuine}=`,
    'padded twice': `${genuine}==`,
    'padded within': `${header}=.${payload}=.${signature}`,
    'with a fourth part': `${genuine}.`,
    'in small letters': genuine.toLowerCase(),
    'in the other base64': `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`,
    'with its first letter flipped': `${flipped(genuine[0] ?? '')}${genuine.slice(1)}`,
    'with a letter of its claims flipped': `${header}.${payload.slice(0, 20)}${flipped(payload[20] ?? '')}${payload.slice(21)}.${signature}`,
    'with a letter of its signature flipped': `${header}.${payload}.${flipped(signature[0] ?? '')}${signature.slice(1)}`,
    'with a letter more': `${genuine}A`,
  };
  return [
    ...Object.entries(spelled).map(([what, token]) => ({ what, token })),
    ...unusedBits.map((token, n) => ({ what: `with unused bits ${n + 1} set`, token })),
  ];
};
