import type { Requirement } from './requirement.ts';

/** V10. As the provider, as a client of other providers, and as an API of our own. */
export const oauth: readonly Requirement[] = [
  {
    id: '10.1.1',
    level: 2,
    asks: 'Tokens are where they are needed, and no script of a page has them.',
    tests: {
      'infra/journeys/pages.spec.ts': ['has a session that no script can read'],
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'signs in by it, with cookies and nothing of it in the address',
      ],
      'services/gateway/src/oauth-endpoints.spec.ts': ['nothing else is handed what somebody proves themselves with'],
    },
    reason: 'What providers give us is used for one sign-in and not kept.',
  },
  {
    id: '10.1.2',
    level: 2,
    asks: 'What comes back from a provider counts only in the browser and the sign-in that asked for it.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'sends the provider a code challenge, a nonce and a state, and the verifier with the code',
        'works in the browser that began it only, and another one does not use it up (N21)',
        'works once (N20)',
      ],
      'services/auth/src/identities/real-provider.spec.ts': [
        'signs in nobody by a code of somebody else, which was asked for with another challenge',
      ],
    },
  },
  {
    id: '10.2.1',
    level: 2,
    asks: 'Nobody can make a browser come back with an answer that it did not ask for.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': ['signs nobody in with %s (N25)'],
      'services/auth/src/identities/sign-in-by-oauth.spec.ts': [
        'is sent a code challenge and no nonce, and the secret as it wants it',
      ],
    },
  },
  {
    id: '10.2.2',
    level: 2,
    asks: 'Of several providers none is taken for another one.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'is not taken at another provider than it was begun at (mix-up)',
        'signs nobody in with %s (N25)',
      ],
      'services/auth/src/identities/sign-in-by-organization.spec.ts': [
        'do not take each other’s answers: one of another organization’s provider ends nothing and opens nothing',
      ],
    },
  },
  {
    id: '10.2.3',
    level: 3,
    asks: 'Providers are asked for no more than is needed.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'sends the provider a code challenge, a nonce and a state, and the verifier with the code',
      ],
    },
  },
  {
    id: '10.3.1',
    level: 2,
    asks: 'Our interface takes only access tokens that are meant for it.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['with %s is refused'],
      'services/gateway/src/oauth-endpoints.spec.ts': [
        '%s opens nothing here, although our key has signed it and a person stands behind it',
      ],
    },
  },
  {
    id: '10.3.2',
    level: 2,
    asks: 'What was delegated limits what can be done.',
    tests: {
      'packages/service-kit/src/caller-policy.spec.ts': [
        'opens what it was made for and nothing else, whatever its owner holds',
      ],
      'infra/journeys/oauth.spec.ts': ['acts at our own routes as far as it was let, until that is taken back'],
    },
    reason:
      '0032 and 0035: keys for programs and tokens of applications open what their scopes name, and nothing else.',
  },
  {
    id: '10.3.3',
    level: 2,
    asks: 'People are known by what is never given to somebody else.',
    tests: { 'services/gateway/src/identity/token-verifier.spec.ts': ['is who its claims say', 'with %s is refused'] },
    reason: 'By iss and sub; ids are UUIDs and are not given twice.',
  },
  {
    id: '10.3.4',
    level: 2,
    asks: 'Where a strong or recent sign-in is needed, the token has to say so.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': [
        'needs a sign-in of the last minutes, and one with the second factor where there is one (N08)',
      ],
      'services/gateway/src/access/second-factor.spec.ts': [
        '401 second_factor_required: keeps its members from everything until they have proved one',
        'keeps nobody who has proved one, and nobody who is no member',
      ],
    },
  },
  {
    id: '10.3.5',
    level: 3,
    asks: 'A stolen access token is of no use: it is bound to a key.',
    tests: {
      'services/auth/src/oauth/flows.spec.ts': ['binds tokens to a key: without it they are good for nothing'],
    },
    open: 'Applications may bind theirs (DPoP) and need not; tokens of our own sessions are bearer tokens, for ten minutes or until they are revoked.',
  },
  {
    id: '10.4.1',
    level: 1,
    asks: 'Browsers are sent back only to addresses that were registered, to the letter.',
    tests: {
      'services/auth/src/oauth/redirects.spec.ts': [
        'that is only like the registered one gets no answer: %s',
        'is the registered one to the letter',
        'opens nothing: %s',
      ],
    },
    reason: 'Installed applications on the same machine may name another port (RFC 8252, section 7.3).',
  },
  {
    id: '10.4.2',
    level: 1,
    asks: 'A code works once, and takes back all that it gave when it comes again.',
    tests: {
      'services/auth/src/oauth/codes.spec.ts': [
        'is redeemed once by fifty who present it together, and the one who was first keeps what they got',
        'that comes again from elsewhere takes with it all that was given for it',
        'that comes again later does so too, wherever it comes from',
      ],
    },
    reason: '0027: a second time from the same place within a second gets nothing, and takes nothing back.',
  },
  {
    id: '10.4.3',
    level: 1,
    asks: 'A code is good for minutes, at level 3 for one.',
    tests: {
      'services/auth/src/oauth/codes.spec.ts': ['is over after a minute, whatever has not been cleaned up (N22)'],
    },
  },
  {
    id: '10.4.4',
    level: 1,
    asks: 'An application has only the grants that it was registered for, and there is neither the implicit one nor one by password.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'response_type=%s gives nothing',
        'there is no grant for a password',
        'gets nothing by a grant that it was not registered for',
      ],
    },
  },
  {
    id: '10.4.5',
    level: 1,
    asks: 'A refresh token of an application without a secret is used once, and ends all of its family when it comes again.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'loses all that it holds when a refresh token of it comes a second time',
      ],
      'services/auth/src/oauth/codes.spec.ts': [
        'is used once by fifty who present it together, and its child works',
        'that is presented by somebody else after its use takes the whole family with it',
      ],
    },
  },
  {
    id: '10.4.6',
    level: 2,
    asks: 'Every code needs its PKCE verifier, and no plain challenge is taken.',
    tests: {
      'services/auth/src/oauth/codes.spec.ts': [
        'an authorization with %s is refused',
        'a code with %s is worth nothing',
        'the challenge itself is no verifier',
      ],
    },
  },
  {
    id: '10.4.7',
    level: 2,
    asks: 'Applications that anybody may register are judged, and people are warned of them.',
    tests: {
      'services/auth/src/http/oauth-clients.spec.ts': [
        'is told to whoever does not hold `clients.manage`, as if there were none',
      ],
      'services/auth/src/http/oauth-registration.spec.ts': [
        'is refused %s',
        'has its people asked each time, and told that nobody vouches for it',
        'is off unless told: nothing is there, and nothing is announced (N51)',
      ],
    },
  },
  {
    id: '10.4.8',
    level: 2,
    asks: 'Refresh tokens end, however often they are used.',
    tests: {
      'services/auth/src/oauth/codes.spec.ts': ['ends with its grant, which no use of it makes last longer'],
      'services/auth/src/oauth/forbidden-states.spec.ts': ['is good for nothing any more: %s'],
    },
  },
  {
    id: '10.4.9',
    level: 2,
    asks: 'People can take back refresh tokens on a page of ours.',
    tests: {
      'services/auth/src/http/oauth-consents.spec.ts': [
        'and taken back by them, stops at once, and is asked for anew',
        'is nobody else’s to see or to take back',
      ],
      'infra/journeys/ways-in.spec.ts': [
        'is listed for whoever let it in, who takes that back, and signs out when it asks once more',
      ],
    },
  },
  {
    id: '10.4.10',
    level: 2,
    asks: 'Applications that have a secret prove it wherever they ask for something.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'with the right one each is carried out',
        'with %s none is',
        'with the secret of another application none is',
      ],
    },
  },
  {
    id: '10.4.11',
    level: 2,
    asks: 'An application has only the scopes that it needs.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': ['gets no scope that it was not registered for'],
      'services/auth/src/oauth/codes.spec.ts': ['gives no wider scope and no API that was not asked for'],
    },
  },
  {
    id: '10.4.12',
    level: 3,
    asks: 'An application is answered only in the response mode that it needs.',
    tests: { 'services/auth/src/oauth/flows.spec.ts': ['tells the truth about what there is and where'] },
    open: 'Forms are off (0027); query and fragment are open to every application, whichever of the two it needs.',
  },
  {
    id: '10.4.13',
    level: 3,
    asks: 'Every authorization begins with a pushed request.',
    tests: {
      'services/auth/src/oauth/flows.spec.ts': [
        'begins an authorization with nothing in the address but its name, once',
      ],
    },
    open: 'Applications may push their requests; none can be made to.',
  },
  {
    id: '10.4.14',
    level: 3,
    asks: 'Every access token is bound to a key.',
    tests: {
      'services/auth/src/oauth/flows.spec.ts': ['binds tokens to a key: without it they are good for nothing'],
    },
    open: 'Applications may use DPoP; none can be made to.',
  },
  {
    id: '10.4.15',
    level: 3,
    asks: 'Nobody tampers with authorization_details.',
    reason: 'There are none: rich authorization requests are off.',
  },
  {
    id: '10.4.16',
    level: 3,
    asks: 'Every application proves itself by a key of its own.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': [
        'gets tokens, for itself and nobody else',
        'an assertion works once, however many present it together (N11)',
      ],
    },
    open: 'Applications may sign what they send (private_key_jwt); those with a secret, or without, are taken as well.',
  },
  {
    id: '10.5.1',
    level: 2,
    asks: 'An ID token counts once, for the sign-in whose nonce it has.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': ['signs nobody in %s', 'works once (N20)'],
    },
  },
  {
    id: '10.5.2',
    level: 2,
    asks: 'Whoever comes from a provider is known by what that never gives to somebody else.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'is found by what the issuer calls them, whatever address it says they have',
      ],
      'services/auth/src/identities/presets.spec.ts': ['never says who somebody is'],
    },
  },
  {
    id: '10.5.3',
    level: 2,
    asks: 'Metadata of a provider that names another issuer is believed nothing.',
    tests: {
      'services/auth/src/identities/provider-clients.spec.ts': [
        'that says it is another issuer is believed nothing (N18)',
      ],
    },
  },
  {
    id: '10.5.4',
    level: 2,
    asks: 'An ID token counts only if it is meant for us.',
    tests: { 'services/auth/src/identities/sign-in-by-provider.spec.ts': ['signs nobody in %s'] },
  },
  {
    id: '10.5.5',
    level: 2,
    asks: 'A logout token of a provider is judged before it ends a session.',
    tests: { 'services/gateway/src/identity/token-verifier.spec.ts': ['of the type %s is none'] },
    reason: 'No provider ends sessions here, and logout tokens are taken nowhere.',
  },
  {
    id: '10.6.1',
    level: 2,
    asks: 'There are the flows by code, and none in which tokens come back with the browser.',
    tests: {
      'services/auth/src/oauth/client-authentication.spec.ts': ['response_type=%s gives nothing'],
      'services/auth/src/oauth/flows.spec.ts': ['tells the truth about what there is and where'],
    },
  },
  {
    id: '10.6.2',
    level: 2,
    asks: 'No application signs people out against their will.',
    tests: {
      'services/auth/src/oauth/flows.spec.ts': [
        'changes nothing for whoever says no',
        'changes nothing without the form that this browser was shown',
        'leads to no address that was not registered',
      ],
      'services/gateway/src/oauth-endpoints.spec.ts': [
        'a form that another site has a browser post is not one of the person’s (N55)',
      ],
    },
  },
  {
    id: '10.7.1',
    level: 2,
    asks: 'People consent to what an application asks for, each time where nobody can say which application it is.',
    tests: {
      'services/auth/src/http/oauth-interactions.spec.ts': [
        'a consent is asked for once, and again for what is new',
        'whoever refuses sends the application away with access_denied, and nothing else',
        'a consent is given by whoever was asked for it, and not by who has signed in since',
        'a consent to an installed application, which another one can pretend to be, is asked for each time',
      ],
      'services/auth/src/oauth/flows.spec.ts': ['is refused by whoever says that it is not theirs'],
    },
    reason: '0027: what was consented to is remembered.',
  },
  {
    id: '10.7.2',
    level: 2,
    asks: 'Who is asked is told by whom, for what, and for how long.',
    tests: {
      'services/auth/src/http/oauth-interactions.spec.ts': [
        'tells who asks, for what, and whether the present sign-in will do',
      ],
    },
    open: 'Not for how long: what ends with the session and what outlives it look alike but for the words of offline_access.',
  },
  {
    id: '10.7.3',
    level: 2,
    asks: 'People can see, change and take back what they have consented to.',
    tests: {
      'services/auth/src/http/oauth-consents.spec.ts': [
        'is listed for them, in words',
        'and taken back by them, stops at once, and is asked for anew',
      ],
    },
    open: 'What was consented to can be taken back whole, and not in part.',
  },
];
