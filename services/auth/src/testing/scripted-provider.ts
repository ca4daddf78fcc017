import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a code of the provider stands for. */
interface Granted {
  readonly nonce: string;
  readonly claims: Claims;
}

/** Claims as they are, and as they may not be. */
type Claims = Readonly<Record<string, unknown>>;
type Sign = (claims: Claims) => Promise<string> | string;

const json = (value: unknown, status = 200): ScriptedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** An OpenID provider on loopback that says what a spec has it say, in place of the truth where the spec wants that. */
export const startScriptedProvider = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, Granted>();
  /** Whom access tokens are about. */
  const subjects = new Map<string, unknown>();
  const asked: { readonly path: string; readonly body: URLSearchParams }[] = [];
  const script: {
    /** Answers in place of the provider, by path. */
    answers: Record<string, ScriptedAnswer | ((response: ServerResponse) => void)>;
    metadata: Record<string, unknown>;
    sign: Sign;
  } = { answers: {}, metadata: {}, sign: (claims) => signed(claims) };

  const signed = (claims: Claims): Promise<string> =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(privateKey);

  const respond = async (path: string, body: URLSearchParams, authorization: string): Promise<ScriptedAnswer> => {
    if (path === '/.well-known/openid-configuration') return json({ ...described(), ...script.metadata });
    if (path === '/jwks') return json({ keys: [jwk] });
    if (path === '/token') {
      const code = body.get('code') ?? '';
      const granted = codes.get(code);
      codes.delete(code);
      if (!granted) return json({ error: 'invalid_grant' }, 400);
      const seconds = Math.floor(Date.now() / 1_000);
      const usual = { iss: url, aud: 'rollcall', iat: seconds, exp: seconds + 300, nonce: granted.nonce };
      const id_token = await script.sign({ ...usual, ...granted.claims });
      subjects.set(`Bearer ${code}`, granted.claims.sub);
      return json({ access_token: code, token_type: 'Bearer', id_token });
    }
    if (path === '/userinfo') return json({ sub: subjects.get(authorization) });
    return { status: 404, body: '' };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    const body = new URLSearchParams(await text(request));
    asked.push({ path, body });
    const scripted = script.answers[path];
    if (typeof scripted === 'function') return scripted(response);
    const {
      status = 200,
      headers = {},
      body: said,
    } = scripted ?? (await respond(path, body, request.headers.authorization ?? ''));
    response.writeHead(status, headers).end(said);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const described = () => ({
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks`,
    userinfo_endpoint: `${url}/userinfo`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
  });

  return {
    url,
    host: `127.0.0.1:${port}`,
    asked,
    script,
    signed,
    unsigned: (claims: Claims): string => new UnsecuredJWT({ ...claims }).encode(),
    /** Somebody agrees on the page that the browser was sent to: what the browser comes back with. */
    agree: (begun: URL, claims: Claims = {}): Record<string, string> => {
      const code = `code-${codes.size}-${begun.searchParams.get('state')}`;
      codes.set(code, { nonce: begun.searchParams.get('nonce') ?? '', claims });
      return { code, state: begun.searchParams.get('state') ?? '', iss: url };
    },
    reset: () => {
      script.answers = {};
      script.metadata = {};
      script.sign = signed;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
};

export type ScriptedProvider = Awaited<ReturnType<typeof startScriptedProvider>>;
