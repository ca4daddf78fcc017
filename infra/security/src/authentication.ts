import type { Requirement } from './requirement.ts';

/** V6. */
export const authentication: readonly Requirement[] = [
  {
    id: '6.1.1',
    level: 1,
    asks: 'It is written down how guessing and credential stuffing are held off, how that is set, and how nobody is locked out by it.',
    reason:
      '0001, 0024 and 0025 have the numbers and why strangers lock nobody out; docs/routes.md has the limits of routes.',
  },
  {
    id: '6.1.2',
    level: 2,
    asks: 'There is a list of words of the place that passwords may not be made of.',
    reason: '0001 and 0029: our own name, and the address, username and names of the owner.',
    open: 'An operator cannot add words, such as the name of the company.',
  },
  {
    id: '6.1.3',
    level: 2,
    asks: 'All ways of signing in are written down, with what each is worth.',
    tests: {
      'infra/journeys/doors.spec.ts': [
        'has every route that hands out or takes what opens doors, and none that is not there',
        'says of every door what becomes of it in every state, and of each that it is shut in some',
      ],
    },
    reason: 'infra/journeys/doors.ts is the list; 0024 to 0026 say what each is worth.',
  },
  {
    id: '6.2.1',
    level: 1,
    asks: 'Passwords have eight characters at least.',
    tests: { 'services/auth/src/passwords/password-policy.spec.ts': ['is 8 to 256 code points long'] },
  },
  {
    id: '6.2.2',
    level: 1,
    asks: 'People can change their password.',
    tests: {
      'services/auth/src/http/change-password.spec.ts': [
        'the new password works, the old one does not, and every other session has ended',
      ],
      'infra/journeys/pages.spec.ts': ['changes the password'],
    },
  },
  {
    id: '6.2.3',
    level: 1,
    asks: 'A change takes the present password and the new one.',
    tests: { 'services/auth/src/http/change-password.spec.ts': ['without the present password nothing changes'] },
  },
  {
    id: '6.2.4',
    level: 1,
    asks: 'A new password is none of the three thousand most common ones.',
    tests: {
      'services/auth/src/passwords/password-policy.spec.ts': ['%s is refused: it is guessed first, whatever its case'],
      'services/auth/src/http/change-password.spec.ts': ['a common password is refused'],
      'services/auth/src/http/reset-password.spec.ts': ['a common password is refused, and the link still works'],
      'services/registration/src/http/sign-up.spec.ts': [
        'a password that auth finds too weak, told of the names of whose it is, keeps nothing',
      ],
    },
    reason: '0001: the list has some 49,000.',
  },
  {
    id: '6.2.5',
    level: 1,
    asks: 'No rules say which kinds of characters a password must have.',
    tests: {
      'services/auth/src/passwords/password-policy.spec.ts': ['%s is taken: there are no rules of composition'],
      'packages/types/src/people.spec.ts': ['may hold any text: %j'],
    },
  },
  {
    id: '6.2.6',
    level: 1,
    asks: 'Fields for passwords hide what is typed.',
    tests: {
      'services/console/src/http/show-page.spec.ts': [
        'a password is hidden as it is typed, and password managers and the clipboard may fill it in',
      ],
    },
  },
  {
    id: '6.2.7',
    level: 1,
    asks: 'Password managers and the clipboard may fill passwords in.',
    tests: {
      'services/console/src/http/show-page.spec.ts': [
        'a password is hidden as it is typed, and password managers and the clipboard may fill it in',
      ],
    },
  },
  {
    id: '6.2.8',
    level: 1,
    asks: 'A password is judged as it was typed, neither cut nor folded.',
    tests: {
      'services/auth/src/passwords/password-hasher.spec.ts': [
        'compares exactly what was typed, to the last of many characters',
      ],
      'services/auth/src/http/sign-in.spec.ts': ['the password is compared exactly as typed'],
    },
  },
  {
    id: '6.2.9',
    level: 2,
    asks: 'A password may have 64 characters.',
    tests: { 'services/auth/src/passwords/password-policy.spec.ts': ['is 8 to 256 code points long'] },
  },
  {
    id: '6.2.10',
    level: 2,
    asks: 'A password stays good until its owner changes it or it is known to be stolen.',
    reason: '0001 decides that changes are never forced, and nothing keeps a date after which a password ends.',
  },
  {
    id: '6.2.11',
    level: 2,
    asks: 'Words of the place are refused in passwords.',
    tests: {
      'services/auth/src/passwords/password-policy.spec.ts': [
        '%s is refused: it is little more than our name',
        '%s is refused to whose name it is',
        '%s is refused: whoever knows its owner guesses it',
      ],
    },
  },
  {
    id: '6.2.12',
    level: 2,
    asks: 'A new password is none that has leaked.',
    tests: {
      'services/auth/src/passwords/password-policy.spec.ts': [
        '%s is refused: it is guessed first, whatever its case',
        'is refused when it has leaked, which is asked only about one that is good otherwise',
      ],
      'services/auth/src/passwords/breach-lookup.spec.ts': [
        'finds it, and tells five digits of its digest and nothing else',
      ],
    },
    reason: '0029: leaked passwords at hand always; a service with all of them where the operator names one.',
  },
  {
    id: '6.3.1',
    level: 1,
    asks: 'Guessing and credential stuffing are held off as it is written down.',
    tests: {
      'services/auth/src/passwords/sign-in-guard.spec.ts': [
        'judges ten misses from one address, over all replicas, and does not even look at more',
        'judges fifty misses a day from everywhere',
        'what strangers do elsewhere keeps nobody out where they have been signed in before',
      ],
      'services/auth/src/http/sign-in.spec.ts': [
        'guesses sent all at once count: ten of thirty are judged, known account or not',
      ],
      'services/auth/src/http/authenticate-user.spec.ts': [
        'counts misses together with those of the other door: there is no second lot of guesses',
      ],
      'infra/journeys/hostile-headers.spec.ts': ['cannot be changed to have more tries'],
    },
  },
  {
    id: '6.3.2',
    level: 1,
    asks: 'There are no accounts from the start that everybody knows.',
    tests: {
      'infra/journeys/first-administrator.spec.ts': [
        'in production whoever presents the set-up token first is the administrator, and nobody else is',
      ],
      'services/auth/src/http/store-dev-credential.spec.ts': ['403: nothing is stored %s'],
    },
  },
  {
    id: '6.3.3',
    level: 2,
    asks: 'Nobody gets in by one factor; at level 3, one of them is hardware that cannot be phished.',
    tests: {
      'infra/journeys/second-factor-policy.spec.ts': [
        'keeps whoever is signed in without one from everything at once, until they have added and proved one',
      ],
      'services/gateway/src/access/second-factor.spec.ts': [
        '401 second_factor_required: keeps its members from everything until they have proved one',
        'of everybody keeps all from everything until they have proved one, which they may add',
      ],
      'services/role-permission/src/http/policies.spec.ts': [
        'of %s is due of those, and of members of an organization that wants one',
      ],
    },
    reason:
      '0033: ROLLCALL_SECOND_FACTOR_OF=everybody, or an organization of its members; a passkey in particular nobody can want (level 3).',
  },
  {
    id: '6.3.4',
    level: 2,
    asks: 'No way in is missing from the list, and none is weaker than it should be.',
    tests: {
      'infra/journeys/doors.spec.ts': [
        'has every route that hands out or takes what opens doors, and none that is not there',
        '%s: finds every door shut',
      ],
      'services/auth/src/http/totp-factors.spec.ts': ['shuts the door of the UserService, which has no second step'],
      'services/auth/src/http/magic-links.spec.ts': ['is no second factor: whoever has one is asked for it'],
      'services/auth/src/identities/forbidden-states.spec.ts': [
        'is asked for it, whatever the provider says that it asked for',
      ],
    },
  },
  {
    id: '6.3.5',
    level: 3,
    asks: 'People are told of sign-ins that are out of the ordinary, tried ones too.',
    tests: {
      'services/notification/src/reactions/reactions.spec.ts': [
        'session.started on a new device says when, from what and from where',
        'recovery_code.used says when, from what and from where',
      ],
      'services/auth/src/http/sign-in.spec.ts': [
        'tells the trail of an existing account of the miss and why, a little later',
      ],
    },
    open: 'Refused sign-ins stand in the trail and are not mailed: not many misses, not a right password without its second factor, not the copy of a passkey.',
  },
  {
    id: '6.3.6',
    level: 3,
    asks: 'E-mail is no factor.',
    tests: {
      'services/auth/src/http/magic-links.spec.ts': ['is no second factor: whoever has one is asked for it'],
    },
    open: '0025 lets a mail be the first factor, and no setting turns that off.',
  },
  {
    id: '6.3.7',
    level: 3,
    asks: 'People are told when what they sign in with has changed.',
    tests: {
      'services/notification/src/reactions/reactions.spec.ts': [
        'password.changed tells the person',
        '%s tells the person',
        'of what somebody else may have done have a link that takes it back',
      ],
    },
    reason: 'Neither the address nor the username of an account can be changed.',
  },
  {
    id: '6.3.8',
    level: 3,
    asks: 'Nobody learns who has an account: not by an answer, not by the time it takes.',
    tests: {
      'infra/journeys/timing.spec.ts': ['is told neither by the answer to %s nor by the time it takes (N58)'],
      'services/auth/src/http/sign-in.spec.ts': [
        'unknown, wrong, unconfirmed and disabled are one answer, headers and all',
        'each costs exactly one comparison of hashes of the same parameters',
      ],
      'services/auth/src/http/forgot-password.spec.ts': [
        'known, unknown, unconfirmed and disabled are one answer, headers and all, and none comes sooner',
      ],
      'services/registration/src/http/sign-up.spec.ts': [
        'gets the very same answer, and its owner, in any case of letters, is told by mail',
        'costs the database statement for statement the same',
      ],
      'services/auth/src/http/magic-links.spec.ts': [
        'is answered alike whether there is an account or not, and puts down nothing for nobody (N58)',
      ],
    },
  },
  {
    id: '6.4.1',
    level: 1,
    asks: 'What the system gives out to begin with is random, ends soon, and never becomes the password.',
    tests: {
      'services/registration/src/http/mint-verification-secret.spec.ts': [
        'answers a secret of 192 bits for a day and stores its digest only',
      ],
      'services/registration/src/http/verify-registration.spec.ts': [
        'used, expired, unknown and respelled links are one answer, and make nobody',
      ],
      'services/auth/src/http/mint-reset-secret.spec.ts': [
        'answers a secret of 192 bits for an hour and stores its digest only',
      ],
      'services/auth/src/http/reset-password.spec.ts': ['a link works once', 'for an hour'],
    },
    reason: 'No password is ever made for anybody.',
  },
  {
    id: '6.4.2',
    level: 1,
    asks: 'There are no hints and no secret questions.',
    reason: '0001 decides so; no route takes or answers one.',
  },
  {
    id: '6.4.3',
    level: 2,
    asks: 'A forgotten password is replaced safely, and never instead of the second factor.',
    tests: {
      'services/auth/src/http/reset-password.spec.ts': [
        'the new password works, the old one does not, and every session has ended',
      ],
      'infra/journeys/pages.spec.ts': [
        'chooses a new password through a mailed link, and signs in with a recovery code',
      ],
    },
  },
  {
    id: '6.4.4',
    level: 2,
    asks: 'Whoever has lost a factor is identified as well as when it was added.',
    tests: {
      'services/auth/src/http/remove-user-factors.spec.ts': [
        'takes a fresh sign-in, with the second factor of whoever does it',
        'of an administrator takes an administrator',
        'lets them in by their password again, ends their sessions, and tells them',
      ],
      'services/auth/src/http/totp-factors.spec.ts': [
        'takes the place of the second factor once, however it is typed, and for nobody else',
      ],
    },
    reason:
      '0024: a factor is added on the strength of a sign-in; recovery codes come first, and whoever helps is identified and told of in the trail.',
  },
  {
    id: '6.4.5',
    level: 3,
    asks: 'Whoever signs in with what ends is told in time to renew it.',
    open: 'Nobody is told before a key for programs ends. Nothing else that people sign in with ends.',
  },
  {
    id: '6.4.6',
    level: 3,
    asks: 'Administrators may begin a reset, and never choose or learn the password.',
    reason: 'A reset is begun for anybody by the address, and only the mailed link sets a password.',
    open: 'Whoever creates a verified person chooses the first password, and nobody makes the owner choose another.',
  },
  {
    id: '6.5.1',
    level: 2,
    asks: 'Recovery codes, mailed codes and codes of apps work once.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': [
        'signs in once with each code, however many present it at once',
        'takes the place of the second factor once, however it is typed, and for nobody else',
      ],
      'services/auth/src/http/magic-links.spec.ts': [
        'signs in by one factor, once, however many open it at once (N09)',
        'signs in where it was asked for, however it is typed, and once',
      ],
    },
  },
  {
    id: '6.5.2',
    level: 2,
    asks: 'Recovery codes of fewer than 112 bits are kept under a salted hash for passwords.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': [
        'is kept sealed, and its recovery codes as digests',
        'comes with ten codes of 125 bits each',
      ],
    },
  },
  {
    id: '6.5.3',
    level: 2,
    asks: 'Recovery codes, mailed codes and the secrets of apps come from a cryptographic generator.',
    reason:
      'randomInt and randomBytes of node:crypto, HKDF over such bytes for what is mailed (0012), and otplib’s own over Web Crypto.',
  },
  {
    id: '6.5.4',
    level: 2,
    asks: 'Recovery codes and mailed codes have twenty bits at least, or six digits.',
    tests: {
      'services/auth/src/http/magic-links.spec.ts': [
        'has secrets that are the same for a mail that is sent again, and are kept as digests',
      ],
      'services/auth/src/http/totp-factors.spec.ts': [
        'takes the place of the second factor once, however it is typed, and for nobody else',
      ],
    },
  },
  {
    id: '6.5.5',
    level: 2,
    asks: 'Mailed codes are good for ten minutes, codes of apps for thirty seconds.',
    tests: {
      'services/auth/src/http/magic-links.spec.ts': [
        'has secrets that are the same for a mail that is sent again, and are kept as digests',
        'opens nothing %s (N02, N22)',
      ],
    },
    open: 'Codes of apps are taken for a step before and after their own, as RFC 6238 allows for clocks that differ (0024): ninety seconds in all.',
  },
  {
    id: '6.5.6',
    level: 3,
    asks: 'Every factor can be taken away once it is lost.',
    tests: {
      'services/auth/src/http/totp-factors.spec.ts': ['is one of the newest only'],
      'services/auth/src/http/passkeys.spec.ts': [
        'needs a fresh sign-in, with the factor where there is one, and one’s own (N08)',
      ],
      'services/auth/src/http/remove-user-factors.spec.ts': [
        'lets them in by their password again, ends their sessions, and tells them',
      ],
      'services/auth/src/http/security-actions.spec.ts': [
        'takes back what was added since, ends every session, voids the password, and mails a link to choose another',
      ],
    },
  },
  {
    id: '6.5.7',
    level: 3,
    asks: 'Biometrics stand only beside something one has or knows.',
    tests: {
      'services/auth/src/http/passkeys.spec.ts': ['takes nothing else, and counts as two factors', 'is refused %s'],
    },
    reason: '0025: they unlock the key of a device, there, and never reach us.',
  },
  {
    id: '6.5.8',
    level: 3,
    asks: 'Codes of apps are judged by a clock of ours.',
    reason: '0024: by the database’s. No body has a field for a time, and fields that are not declared are refused.',
  },
  {
    id: '6.6.1',
    level: 2,
    asks: 'Codes by telephone come only beside something better.',
    reason: 'There are none.',
  },
  {
    id: '6.6.2',
    level: 2,
    asks: 'A code is good only for the request that it was made for.',
    tests: {
      'services/auth/src/http/magic-links.spec.ts': [
        'is of no use to whoever did not ask, and for no other request (ASVS 6.6.2)',
      ],
    },
    reason: '0025: the link of the same mail signs in where it is opened.',
  },
  {
    id: '6.6.3',
    level: 2,
    asks: 'Codes cannot be guessed.',
    tests: {
      'services/auth/src/http/magic-links.spec.ts': [
        'is guessed at five times for each mail, all at once or one by one (N05)',
        'is not guessed at with one mail after the other',
      ],
    },
  },
  {
    id: '6.6.4',
    level: 3,
    asks: 'Nobody is worn down by push messages.',
    tests: { 'services/auth/src/http/magic-links.spec.ts': ['sends no more than five an hour to one person'] },
    reason: 'There are no push messages; of mails there is an end.',
  },
  {
    id: '6.7.1',
    level: 3,
    asks: 'The keys that signatures are checked by cannot be changed where they are kept.',
    tests: {
      'packages/database/src/migrate.spec.ts': [
        'the login of $schema has the rows of its own schema, and nothing of any other',
      ],
    },
    reason: 'Public keys of passkeys are rows that only auth’s own role may write, and no route changes one.',
  },
  {
    id: '6.7.2',
    level: 3,
    asks: 'Challenges have 64 bits at least, and none comes twice.',
    tests: {
      'services/auth/src/http/passkeys.spec.ts': [
        'is asked for with a name, what there is already, and a check of who holds the device',
        'works once for each challenge, however many present it at once (N11)',
      ],
    },
  },
  {
    id: '6.8.1',
    level: 2,
    asks: 'Nobody becomes somebody else by another provider.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'is not found by the same name at another provider',
        'is not joined, although the provider has verified it: its owner is asked to link (N17)',
      ],
      'services/auth/src/identities/sign-in-by-oauth.spec.ts': [
        'cannot speak for another provider that is called the same',
      ],
      'services/auth/src/identities/sign-in-by-organization.spec.ts': [
        'never meet, those of two organizations nor one of them and a configured one',
        'is no way into the account of another organization’s admin, whether their address is within or without',
      ],
      'services/auth/src/http/firebase.spec.ts': ['never joins an account by its address (N17)'],
    },
  },
  {
    id: '6.8.2',
    level: 2,
    asks: 'What a provider says is believed only with its signature.',
    tests: {
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'signs nobody in %s',
        'of a provider that says it does not sign is refused all the same',
      ],
      'services/auth/src/http/firebase.spec.ts': ['is refused unless a key of Google’s that it names signed it (N07)'],
    },
    reason: 'Providers of OAuth 2 alone sign nothing: they are asked over TLS.',
  },
  { id: '6.8.3', level: 2, asks: 'SAML assertions are used once.', reason: 'There is no SAML.' },
  {
    id: '6.8.4',
    level: 2,
    asks: 'Where a strong or recent sign-in is wanted of a provider, what it says of that is checked, or the least is taken for granted.',
    tests: {
      'services/auth/src/identities/forbidden-states.spec.ts': [
        'is asked for it, whatever the provider says that it asked for',
      ],
      'services/auth/src/identities/sign-in-by-provider.spec.ts': [
        'signs in by it, with cookies and nothing of it in the address',
      ],
    },
    reason: '0026: a provider is one factor, whatever it says.',
  },
];
