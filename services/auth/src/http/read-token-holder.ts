import { answer, handle } from '@rollcall/service-kit/call-context';
import { readTokenHolder } from '@rollcall/types/routes/auth/tokens';
import { findKeyHolder } from '../api-keys/key-holder.ts';
import { findOAuthTokenHolder } from '../oauth/token-holder.ts';
import type { Ports } from '../ports.ts';

const findHolder = { api_key: findKeyHolder, oauth_token: findOAuthTokenHolder } as const;

export const handleReadTokenHolder = (ports: Ports) =>
  handle(readTokenHolder, async ({ body }, { hop }) =>
    answer(200, { holder: (await findHolder[body.kind](ports, body.digest, hop)) ?? null }),
  );
