import type { ServiceRequest } from '@rollcall/service-kit/service-request';
import {
  admitMember,
  checkAuthority,
  checkOrganization,
  checkPermission,
  checkSecondFactor,
} from '@rollcall/types/routes/role-permission/internal';

interface Organization {
  readonly admins: Set<string>;
  readonly members: Set<string>;
  /** For whom a seat is kept. */
  readonly kept: Set<string>;
  seats: number;
}

type Asked = ServiceRequest & { readonly json: unknown };

/** What role-permission knows of people, as far as auth asks it. */
export const createFakeAccess = () => {
  const granted = new Set<string>();
  const world = {
    /** What it says in place of doing what it is told. */
    accessRefuses: undefined as undefined | 'last_admin' | 'unavailable',
    /** People whose organizations want a second factor. */
    needSecondFactor: new Set<string>(),
    /** Accounts that hold what whoever asks does not. */
    cannotActAs: new Set<string>(),
    /** When whoever asks may no longer. */
    mayUntil: null as string | null,
    administrators: new Set<string>(),
    enrolledInAccess: new Set<string>(),
    suspendedInAccess: new Set<string>(),
    organizations: new Map<string, Organization>(),
  };
  const told = ({ target }: Asked) => {
    if (world.accessRefuses === 'unavailable') return { status: 503, body: { code: 'unavailable' } };
    if (world.accessRefuses) return { status: 409, body: { code: world.accessRefuses } };
    const [, , , userId = '', part] = target.split('/');
    (part === 'suspension' ? world.suspendedInAccess : world.enrolledInAccess).add(userId);
    return { status: 200, body: { enrolled: true, revision: 1 } };
  };
  const whom = ({ target }: Asked) => {
    const [, , , organizationId = '', , userId = ''] = target.split('/');
    return { organization: world.organizations.get(organizationId), userId };
  };
  const notFound = { status: 404, body: { code: 'not_found' } };
  const done = { status: 200, body: { revision: 1 } };
  const commands = new Set<string>();
  const isRepeated = (id: string): boolean => commands.size === commands.add(id).size;
  const full = { status: 409, body: { code: 'seat_limit_reached' } };
  const isFull = ({ admins, members, kept, seats }: Organization, userId: string): boolean =>
    new Set([...admins, ...members, ...kept, userId]).size > seats;
  return {
    granted,
    world,
    responses: {
      'PUT /internal/service-accounts/*': told,
      'POST /internal/permission-checks': ({ json }: Asked) => {
        const { userId, permission } = checkPermission.body.parse(json);
        return { status: 200, body: { granted: granted.has(`${userId} ${permission}`), revision: 1 } };
      },
      'POST /internal/second-factor-checks': ({ json }: Asked) => {
        const { userId } = checkSecondFactor.body.parse(json);
        return { status: 200, body: { required: world.needSecondFactor.has(userId), revision: 1 } };
      },
      'POST /internal/organization-checks': ({ json }: Asked) => {
        const { organizationId, userId } = checkOrganization.body.parse(json);
        const organization = world.organizations.get(organizationId);
        const governs = organization?.admins.has(userId) ?? false;
        const belongs = governs || (organization?.members.has(userId) ?? false);
        const exists = organization !== undefined;
        return { status: 200, body: { exists, sees: belongs, belongs, governs, revision: 1 } };
      },
      'PUT /internal/organizations/*': (asked: Asked) => {
        const { organization, userId } = whom(asked);
        if (world.accessRefuses) return { status: 503, body: { code: 'unavailable' } };
        if (!organization) return notFound;
        if (isFull(organization, userId)) return full;
        const isAdmission = asked.target.includes('/members/');
        // What comes again has been done.
        if (isAdmission && isRepeated(admitMember.body.parse(asked.json).commandId)) return done;
        if (isAdmission && !organization.admins.has(userId)) organization.members.add(userId);
        organization.kept[isAdmission ? 'delete' : 'add'](userId);
        return done;
      },
      'POST /internal/authority-checks': ({ json }: Asked) => {
        const { actor, userId } = checkAuthority.body.parse(json);
        const mayRule = !world.administrators.has(userId) || world.administrators.has(actor);
        const body = { mayRule, mayActAs: !world.cannotActAs.has(userId), until: world.mayUntil, revision: 1 };
        return { status: 200, body };
      },
    },
  };
};
