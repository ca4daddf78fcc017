import type { Requirement } from './requirement.ts';

/** V7. */
export const sessionManagement: readonly Requirement[] = [
  {
    id: '7.1.1',
    level: 2,
    asks: 'It is written down how long a session lasts, unused and at most, and why longer than NIST says if so.',
    reason: 'services/auth/README.md: two weeks unused, ninety days at most.',
    open: 'That is longer than NIST SP 800-63B-4 wants with two factors (an hour unused, a day at most), nowhere justified, and no setting.',
  },
  {
    id: '7.1.2',
    level: 2,
    asks: 'It is written down how many sessions one account may have at once, and what becomes of one too many.',
    tests: {
      'services/auth/src/http/sign-in.spec.ts': ['are the most: with one more, the one that began first ends'],
    },
    reason: 'services/auth/README.md.',
  },
  {
    id: '7.1.3',
    level: 2,
    asks: 'It is written down who keeps sessions where several systems sign people in together, and what ends them.',
    reason:
      '0026 and 0027: ours is the one session; those of applications hang on it, those of providers have nothing to do with it.',
  },
  {
    id: '7.2.1',
    level: 1,
    asks: 'Tokens of sessions are checked by the server.',
    tests: {
      'services/gateway/src/identity/token-verifier.spec.ts': ['is who its claims say', 'with %s is refused'],
      'infra/journeys/forged-tokens.spec.ts': [
        'passes no step of any route that asks who is there, whatever comes with it (N25, N37)',
      ],
    },
  },
  {
    id: '7.2.2',
    level: 1,
    asks: 'Sessions have tokens of their own, made when they begin, and no fixed keys.',
    tests: {
      'services/auth/src/tokens/access-tokens.spec.ts': ['has an id of its own each time'],
      'services/auth/src/http/refresh-session.spec.ts': [
        'exchanges the token for a new pair of the same session, with the time of the sign-in',
      ],
    },
    reason: 'Keys for programs (0032) are no sessions: they are scoped, and end.',
  },
  {
    id: '7.2.3',
    level: 1,
    asks: 'Tokens that stand for a session are random, of 128 bits at least.',
    tests: {
      'services/auth/src/http/sign-in.spec.ts': ['answers tokens to whoever knows the password'],
    },
    reason: 'Refresh tokens are 24 bytes of node:crypto.',
  },
  {
    id: '7.2.4',
    level: 1,
    asks: 'Signing in, also anew, makes new tokens and ends the old ones.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': [
        'gives new tokens with a fresh time, and ends the old session',
        'asks for the second factor, and ends the old session only then',
      ],
      'services/auth/src/http/oauth-interactions.spec.ts': [
        'the session of the provider has another name before and after an authorization',
      ],
      'services/auth/src/http/sign-in.spec.ts': [
        'ends the session whose cookies it takes the place of, whoever’s that was, and no other',
      ],
    },
  },
  {
    id: '7.3.1',
    level: 2,
    asks: 'A session that nobody uses ends.',
    tests: { 'services/auth/src/http/refresh-session.spec.ts': ['a session that nobody used for two weeks is over'] },
  },
  {
    id: '7.3.2',
    level: 2,
    asks: 'A session ends after some time, however much it is used.',
    tests: {
      'services/auth/src/http/refresh-session.spec.ts': ['and so is one of ninety days, however much it was used'],
    },
  },
  {
    id: '7.4.1',
    level: 1,
    asks: 'A session that was ended is of no use any more, whatever it gave out.',
    tests: {
      'services/auth/src/http/revoke-sessions.spec.ts': [
        'ends this session at the server, takes the cookies back, and leaves the others',
      ],
      'services/gateway/src/identity/token-verifier.spec.ts': [
        'of a session ends every token of it, and no other',
        'bites within a second after it was committed, with NATS down',
        'never lets a session back in that has ended',
      ],
      'infra/journeys/live.spec.ts': ['ends within a second of its session, however that ends'],
      'services/auth/src/oauth/flows.spec.ts': [
        'ends our session and everything that hangs on it, once the person agrees',
      ],
    },
  },
  {
    id: '7.4.2',
    level: 1,
    asks: 'All sessions end when an account is disabled or deleted.',
    tests: {
      'services/auth/src/http/set-user-access.spec.ts': [
        'has no session left, and its tokens are revoked',
        'cannot slip in at the moment it is disabled',
      ],
      'infra/journeys/oauth.spec.ts': [
        'loses what it holds when the person is deactivated, and does not get it back (N39)',
      ],
    },
    reason: 'Accounts cannot be deleted yet.',
  },
  {
    id: '7.4.3',
    level: 2,
    asks: 'Who changes a factor can end all other sessions.',
    tests: {
      'services/auth/src/http/change-password.spec.ts': [
        'the new password works, the old one does not, and every other session has ended',
      ],
      'services/auth/src/http/reset-password.spec.ts': [
        'the new password works, the old one does not, and every session has ended',
      ],
      'services/auth/src/http/revoke-sessions.spec.ts': ['ends all but this session'],
      'services/auth/src/http/remove-user-factors.spec.ts': [
        'lets them in by their password again, ends their sessions, and tells them',
      ],
    },
    reason: 'Factors are changed on the page that also has the button for signing out everywhere else.',
  },
  {
    id: '7.4.4',
    level: 2,
    asks: 'Pages for whoever is signed in have a way to sign out.',
    tests: {
      'infra/journeys/pages.spec.ts': ['signs out, and in again with the code of the app'],
      'infra/journeys/ways-in.spec.ts': [
        'is listed for whoever let it in, who takes that back, and signs out when it asks once more',
      ],
    },
  },
  {
    id: '7.4.5',
    level: 2,
    asks: 'Administrators can end the sessions of a person.',
    tests: { 'services/auth/src/http/revoke-sessions.spec.ts': ['ends every session of a person'] },
  },
  {
    id: '7.5.1',
    level: 2,
    asks: 'Who changes how they sign in proves anew who they are.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': [
        'needs a sign-in of the last minutes, and one with the second factor where there is one (N08)',
      ],
      'services/auth/src/http/passkeys.spec.ts': [
        'needs a fresh sign-in, with the factor where there is one, and one’s own (N08)',
      ],
      'services/auth/src/http/change-password.spec.ts': ['without the present password nothing changes'],
      'services/auth/src/http/identities.spec.ts': ['asks for a recent sign-in'],
      'infra/journeys/pages.spec.ts': ['is asked again who it is before anything changes, with the second factor'],
    },
    reason: 'Ten minutes (0024). Neither the address nor the username of an account can be changed.',
  },
  {
    id: '7.5.2',
    level: 2,
    asks: 'People see their sessions, and end any after proving anew who they are.',
    tests: {
      'services/auth/src/http/list-sessions.spec.ts': [
        'shows a person where they are signed in, and which is this one',
      ],
      'services/auth/src/http/revoke-sessions.spec.ts': ['ends that one', 'ends all but this session'],
    },
    open: 'Nothing is to be proved for it: whoever holds a stolen session can end all others.',
  },
  {
    id: '7.5.3',
    level: 3,
    asks: 'Who does what weighs much proves anew who they are.',
    tests: {
      'services/auth/src/http/api-keys.spec.ts': ['401: wants a recent sign-in'],
      'services/auth/src/http/service-accounts.spec.ts': [
        '401: to make a key takes a recent sign-in; 404 for whoever does not manage them, or where there is none',
      ],
      'services/auth/src/http/remove-user-factors.spec.ts': [
        'takes a fresh sign-in, with the second factor of whoever does it',
      ],
    },
    open: 'Making administrators, deactivating people, adding applications or giving them another secret, and rotating the signing key take a session of any age.',
  },
  {
    id: '7.6.1',
    level: 2,
    asks: 'Sessions of applications last and end as it is written down, and a recent sign-in is had where one is asked for.',
    tests: {
      'services/auth/src/http/oauth-interactions.spec.ts': [
        'is insisted on: %s',
        'applications that somebody uses stay signed in when they prove once more who they are',
      ],
      'services/auth/src/oauth/forbidden-states.spec.ts': ['is good for nothing any more: %s'],
      'services/auth/src/logouts/logouts.spec.ts': [
        'is told when the person %s',
        'that was not understood is told again, each time by a token of its own, until it is',
      ],
    },
  },
  {
    id: '7.6.2',
    level: 2,
    asks: 'No session begins without the person doing something for it.',
    tests: {
      'infra/journeys/ways-in.spec.ts': ['signs in by its link, once somebody presses the button'],
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'works in the browser that began it only, and another one does not use it up (N21)',
      ],
      'services/auth/src/http/oauth-interactions.spec.ts': [
        'a session of the provider that was planted in a browser signs nobody in',
        'a link that somebody else has begun leads the victim’s browser nowhere',
      ],
    },
  },
];
