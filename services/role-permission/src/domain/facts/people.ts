import { refuse } from '@rollcall/types/problems';
import { isProduct, may, mayRule, ownAuthority } from '../authority.ts';
import { hasLastingAdmin } from '../holdings.ts';
import type { AccessState } from '../state.ts';
import { userSubject } from '../tuples.ts';
import { entityKey, type FactKinds } from './kind.ts';

const onlyOurselves = (_: AccessState, actor: string) => (actor === ownAuthority ? undefined : refuse('forbidden'));

const managesPeople = (state: AccessState, actor: string, now: number): boolean =>
  isProduct(actor) || may(state, actor, 'users.manage', now);

const withSuspension = (state: AccessState, userId: string, suspended: boolean): AccessState =>
  state.users.has(userId) ? { ...state, users: state.users.set(userId, { suspended }) } : state;

/** People come and go by the services that own their accounts: what these did is taken back there, not here. */
export const peopleFacts: FactKinds<'access.bootstrapped' | 'access.user_added' | 'user.suspended' | 'user.restored'> =
  {
    'access.bootstrapped': {
      evolve: (state) => ({ ...state, bootstrapped: true }),
      inverse: () => null,
      judge: onlyOurselves,
    },
    'access.user_added': {
      evolve: (state, { subject }) =>
        state.users.has(subject) ? state : { ...state, users: state.users.set(subject, { suspended: false }) },
      inverse: () => null,
      writes: ({ subject }) => [entityKey('user', subject)],
      judge: onlyOurselves,
    },
    'user.suspended': {
      evolve: (state, { subject }) => withSuspension(state, subject, true),
      inverse: () => null,
      judge: (state, actor, { subject }, now) =>
        actor === subject || (managesPeople(state, actor, now) && mayRule(state, actor, subject, now))
          ? undefined
          : refuse('forbidden'),
      violation: (after, { subject }, before) => {
        for (const [{ object, relation }] of before.edges.of(userSubject(subject), 'organization:')) {
          const organizationId = object.slice('organization:'.length);
          if (relation !== 'admin' || !hasLastingAdmin(before, organizationId)) continue;
          if (!hasLastingAdmin(after, organizationId)) {
            return refuse('last_admin', { detail: 'An organization would be left without an admin.' });
          }
        }
        return undefined;
      },
    },
    'user.restored': {
      evolve: (state, { subject }) => withSuspension(state, subject, false),
      inverse: () => null,
      // Whoever is suspended gets back in by others only, even if they asked just before it came about.
      judge: (state, actor, { subject }, now) =>
        actor !== subject && managesPeople(state, actor, now) && mayRule(state, actor, subject, now)
          ? undefined
          : refuse('forbidden'),
    },
  };
