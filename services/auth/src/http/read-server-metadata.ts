import { answer, type CallContext, handle, type PlainRequest } from '@rollcall/service-kit/call-context';
import { readKeySet, readOpenIdConfiguration, readServerMetadata } from '@rollcall/types/routes/auth/keys';
import { oauthPrefix, registerClient } from '@rollcall/types/routes/auth/oauth-protocol';
import { z } from 'zod';
import { askProvider } from '../oauth/bridge.ts';
import type { Ports } from '../ports.ts';

const document = z.record(z.string(), z.unknown());

/** The provider knows what it can do, and where; where the keys are, and what we have left out, we know. */
const readMetadata = async (ports: Ports, context: CallContext): Promise<Record<string, unknown>> => {
  const { issuer, oauthRegistration } = ports.config;
  const target = `${oauthPrefix}/.well-known/openid-configuration`;
  const request: PlainRequest = { method: 'GET', target, headers: new Headers(), body: null };
  const current = { signedIn: undefined, hop: context.hop, origin: '', signsOut: false };
  const response = await askProvider(ports, await ports.provider(), request, context, current);
  return {
    ...document.parse(await response.json()),
    jwks_uri: `${issuer}${readKeySet.path}`,
    response_modes_supported: ['query', 'fragment'],
    ...(oauthRegistration === 'off' ? {} : { registration_endpoint: `${issuer}${registerClient.path}` }),
  };
};

const headers = { 'cache-control': 'public, max-age=300' };

export const handleReadServerMetadata = (ports: Ports) =>
  handle(readServerMetadata, async (_, context) => answer(200, await readMetadata(ports, context), headers));

export const handleReadOpenIdConfiguration = (ports: Ports) =>
  handle(readOpenIdConfiguration, async (_, context) => answer(200, await readMetadata(ports, context), headers));
