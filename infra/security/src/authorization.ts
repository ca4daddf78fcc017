import type { Requirement } from './requirement.ts';

/** V8. */
export const authorization: readonly Requirement[] = [
  {
    id: '8.1.1',
    level: 1,
    asks: 'It is written down who may do what, and to which things.',
    tests: {
      'packages/types/src/callers.spec.ts': [
        'has one line for every public route, and no line for a route that does not exist',
        'has a line for every internal route of every service, and no other',
        'agrees with each declaration about who the route is for',
      ],
      'infra/local/src/reference/documents.spec.ts': ['%s says what is declared (npm run docs writes it anew)'],
    },
    reason:
      'docs/routes.md, services/role-permission/model.fga, and the tables of callers in packages/types/src/testing.',
  },
  {
    id: '8.1.2',
    level: 2,
    asks: 'It is written down who may read and write which fields.',
    reason:
      'services/profile/README.md for profiles; 0020 and 0021 for what is told of events and within organizations.',
  },
  {
    id: '8.1.3',
    level: 3,
    asks: 'It is written down what about the circumstances of a request counts: time, place, device.',
    reason:
      'Addresses (6.1.1), whether somebody has been signed in from there before (0001, 0024), and how long ago and by what they proved who they are (0024, 0033). Nothing else.',
  },
  {
    id: '8.1.4',
    level: 3,
    asks: 'It is written down how the circumstances count, and what follows from them.',
    reason:
      '0001 and 0024 (counted or not), 0024 (prove it again), 0033 (prove a second factor), each with its numbers.',
  },
  {
    id: '8.2.1',
    level: 1,
    asks: 'Everybody can do only what they were given.',
    tests: {
      'infra/journeys/callers.spec.ts': [
        'refuses everybody else as the table says, and does nothing',
        'is not believed: who is not signed in stays nobody, whatever headers and parameters name (N12)',
      ],
      'infra/journeys/structure-callers.spec.ts': [
        'refuses everybody else as the table says, other organizations’ admins included, does nothing, and tells those from whom a thing is hidden what they are told of one that is not there (N15)',
      ],
      'packages/service-kit/src/caller-policy.spec.ts': ['answers each kind of person as the table says'],
    },
  },
  {
    id: '8.2.2',
    level: 1,
    asks: 'Everybody can do it only to what they were given it for.',
    tests: {
      'infra/journeys/callers.spec.ts': ['tells them just what they are told of things that do not exist'],
      'infra/journeys/sent-back.spec.ts': [
        'of somebody else, of another list or altered shows nobody more than they see without it (N42)',
      ],
      'services/role-permission/src/http/hidden-things.spec.ts': ['answers as if it were not there, in %s'],
      'services/auth/src/http/revoke-sessions.spec.ts': [
        'the session of somebody else and one that is none are the same 404, and nothing ends',
      ],
    },
  },
  {
    id: '8.2.3',
    level: 2,
    asks: 'Everybody reads and writes only the fields that are theirs to read and write.',
    tests: {
      'services/profile/src/http/read-user.spec.ts': [
        'shows others no e-mail address and nothing else that is private',
        'shows those who manage users the status of the account beside what everyone sees',
      ],
      'services/profile/src/http/update-user.spec.ts': [
        'does not let people set their own external ids, nor the rest of such a patch',
        'shows a manager without users.read no more than before',
      ],
      'infra/journeys/sent-back.spec.ts': [
        'of oneself is not changed by sending all of it back with other values (N13)',
      ],
      'services/activity-log/src/http/list-activity.spec.ts': [
        'does not open the values of another to whoever acted on them, and never shows the sealed block',
      ],
    },
  },
  {
    id: '8.2.4',
    level: 3,
    asks: 'What is out of the ordinary about a request has consequences, when a session begins and as it goes on.',
    tests: {
      'services/auth/src/passwords/sign-in-guard.spec.ts': [
        'what strangers do elsewhere keeps nobody out where they have been signed in before',
      ],
      'services/notification/src/reactions/reactions.spec.ts': [
        'session.started on a new device says when, from what and from where',
      ],
    },
    open: 'Nothing looks at where a session goes on from, nor at times or places; an unusual sign-in is told of, and asks for nothing more.',
  },
  {
    id: '8.3.1',
    level: 1,
    asks: 'Rights are judged by the server.',
    tests: {
      'packages/service-kit/src/caller-policy.spec.ts': [
        'is for people, who come through the gateway: a service that sends one by itself is refused',
      ],
      'packages/service-kit/src/route-app.spec.ts': ['refuses whoever comes without a signature'],
    },
    reason: '0028: pages do everything through the public interface, and judge nothing.',
  },
  {
    id: '8.3.2',
    level: 3,
    asks: 'A right that is given or taken counts at once.',
    tests: {
      'infra/journeys/faults-access.spec.ts': [
        'is not seen once more at the gateway that the change went through',
        'is denied to whoever names the revision of its end, at whichever gateway (N59)',
        'is denied everywhere within a second of the answer, and never allowed again (F28)',
      ],
      'services/gateway/src/live/subscription.spec.ts': ['closes the connection, before anything later is shown'],
    },
    reason:
      'Tokens say who, never what they may do. Elsewhere than where a change was made it counts within a second (0018, 0023).',
  },
  {
    id: '8.3.3',
    level: 3,
    asks: 'What counts are the rights of whoever asks, and not those of a service in between.',
    tests: {
      'packages/service-kit/src/service-trust.spec.ts': [
        'is trusted as it was signed, and says who it acts for',
        'is refused when somebody else is put in as the acting person',
      ],
      'packages/service-kit/src/caller-policy.spec.ts': [
        'asks about the declared permission alone, and about the signed-in person',
        'adds nothing to what its owner holds',
      ],
    },
  },
  {
    id: '8.4.1',
    level: 2,
    asks: 'Nobody reaches into an organization that is none of theirs.',
    tests: {
      'infra/journeys/structure-callers.spec.ts': [
        'refuses everybody else as the table says, other organizations’ admins included, does nothing, and tells those from whom a thing is hidden what they are told of one that is not there (N15)',
      ],
      'services/role-permission/src/http/own-organization.spec.ts': ['are the same to its admin, whatever is asked'],
      'services/role-permission/src/http/hidden-things.spec.ts': [
        'does not tell by its place in a batch which of two there is',
      ],
    },
  },
  {
    id: '8.4.2',
    level: 3,
    asks: 'Administration has several layers of protection: who, from which device, at what risk, and never the network alone.',
    tests: {
      'infra/journeys/callers.spec.ts': [
        'does not exist at the gateway, for nobody and not for an administrator (N32)',
      ],
      'services/gateway/src/access/second-factor.spec.ts': ['of administrators keeps those and nobody else'],
      'services/gateway/src/app.spec.ts': [
        'are there for whoever has the token, wherever they come from, and for nobody else',
      ],
    },
    open: 'No device is judged and no risk weighed. An operator may want a second factor of administrators (ROLLCALL_SECOND_FACTOR_OF).',
  },
];
