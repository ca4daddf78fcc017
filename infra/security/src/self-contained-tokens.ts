import type { Requirement } from './requirement.ts';

/** V9. */
export const selfContainedTokens: readonly Requirement[] = [
  {
    id: '9.1.1',
    level: 1,
    asks: 'A token is believed only with its signature.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['that is not signed is refused, however it says so'],
      'infra/journeys/forged-tokens.spec.ts': [
        'opens nothing: not unsigned, not signed with what is public, not by another key, not altered (N34)',
      ],
    },
  },
  {
    id: '9.1.2',
    level: 1,
    asks: 'Tokens are signed by the algorithms of a list, on which none is not, and no public key is taken for a secret.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': [
        'that is signed with the public key as a secret is refused',
        'signed by somebody else’s %s key under our key’s id is refused',
      ],
      'services/auth/src/tokens/access-tokens.spec.ts': [
        'is one after RFC 9068: its type, its key, and every claim that section 2.2 requires',
      ],
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'no other algorithm is believed, nor the public key as a secret (N34)',
      ],
    },
  },
  {
    id: '9.1.3',
    level: 1,
    asks: 'The keys come from where we say, and never from the token.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['that brings its own key is refused'],
      'services/auth/src/identities/provider-clients.spec.ts': [
        'reaches nothing inside when it says that %s there (N41)',
      ],
      'services/auth/src/oauth/client-keys.spec.ts': [
        'is not let in by keys at a private address that the operator has not named',
      ],
    },
    reason:
      '0038: keys of applications are registered with them, or fetched from where a holder of clients.manage says.',
  },
  {
    id: '9.2.1',
    level: 1,
    asks: 'A token counts neither before its time nor after it.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['with %s is refused'],
      'services/auth/src/identities/sign-in-by-provider.spec.ts': ['signs nobody in %s'],
    },
  },
  {
    id: '9.2.2',
    level: 2,
    asks: 'A token counts only as what it is: access tokens to get in, ID tokens to say who.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['of the type %s is none'],
      'services/auth/src/sessions/pending-sign-in.spec.ts': [
        'is good for nothing else: its token opens no other door (N07)',
      ],
    },
  },
  {
    id: '9.2.3',
    level: 2,
    asks: 'A token counts only where it is meant for.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['with %s is refused'],
      'services/gateway/src/oauth-endpoints.spec.ts': [
        '%s opens nothing here, although our key has signed it and a person stands behind it',
      ],
    },
  },
  {
    id: '9.2.4',
    level: 2,
    asks: 'Where one key signs for several, each token says for whom, and nobody can have one made for somebody else’s.',
    tests: {
      'services/auth/src/oauth/code-flow.spec.ts': [
        'gets a token for an API that it was registered with, signed as ours are',
      ],
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'whoever speaks for no person gets nothing at this service, by whatever spelling of its address (N35)',
      ],
    },
  },
];
