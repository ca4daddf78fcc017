import { authentication } from './authentication.ts';
import { authorization } from './authorization.ts';
import { oauth } from './oauth.ts';
import type { Requirement } from './requirement.ts';
import { selfContainedTokens } from './self-contained-tokens.ts';
import { sessionManagement } from './session-management.ts';

export interface Chapter {
  readonly name: string;
  readonly requirements: readonly Requirement[];
}

/** The chapters of OWASP ASVS 5.0.0 that are about what Rollcall is for. */
export const chapters: readonly Chapter[] = [
  { name: 'V6 Authentication', requirements: authentication },
  { name: 'V7 Session Management', requirements: sessionManagement },
  { name: 'V8 Authorization', requirements: authorization },
  { name: 'V9 Self-contained Tokens', requirements: selfContainedTokens },
  { name: 'V10 OAuth and OIDC', requirements: oauth },
];
