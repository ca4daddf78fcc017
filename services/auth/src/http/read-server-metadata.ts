import { answer, handle } from '@rollcall/service-kit/call-context';
import { readKeySet, readOpenIdConfiguration, readServerMetadata } from '@rollcall/types/routes/auth/keys';
import type { Ports } from '../ports.ts';

// Members are named by RFC 8414; what the server cannot do yet is not in it.
const metadata = ({ config }: Ports) => ({
  issuer: config.issuer,
  jwks_uri: `${config.issuer}${readKeySet.path}`,
  response_types_supported: [],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
});

const headers = { 'cache-control': 'public, max-age=300' };

export const handleReadServerMetadata = (ports: Ports) =>
  handle(readServerMetadata, async () => answer(200, metadata(ports), headers));

export const handleReadOpenIdConfiguration = (ports: Ports) =>
  handle(readOpenIdConfiguration, async () => answer(200, metadata(ports), headers));
