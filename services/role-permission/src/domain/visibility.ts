import { may, seesOrganization } from './authority.ts';
import type { AccessFact } from './events.ts';
import type { AccessState } from './state.ts';

/** The organization that an event is about, if it is about one. */
export const organizationOf = ({ type, subject, data }: AccessFact): string | undefined => {
  if (type.startsWith('organization.')) return subject;
  if ('organizationId' in data && typeof data.organizationId === 'string') return data.organizationId;
  if (type.startsWith('role.') && subject.includes('/')) return subject.slice(0, subject.indexOf('/'));
  const owner = ownerIn(data);
  return owner?.startsWith('organization:') ? owner.slice('organization:'.length) : undefined;
};

/** The project that an event is about, if it is about one. */
export const projectOf = ({ type, subject }: AccessFact): string | undefined =>
  type.startsWith('project.') ? subject : undefined;

/** The users whom an event is about. */
export const usersIn = ({ subject, data }: AccessFact): readonly string[] => {
  const things = ['member', 'assignee'].flatMap((name) => {
    const thing: unknown = Object.entries(data).find(([key]) => key === name)?.[1];
    return typeof thing === 'string' && thing.startsWith('user:') ? [thing.slice('user:'.length)] : [];
  });
  const owner = ownerIn(data);
  return [
    subject,
    ...('userId' in data ? [data.userId] : []),
    ...things,
    ...(owner?.startsWith('user:') ? [owner.slice('user:'.length)] : []),
  ];
};

/** May somebody see an event: what they did, what is about them, what happens in their organizations? */
export const maySee = (
  state: AccessState,
  viewer: string,
  fact: AccessFact & { readonly cause: { readonly actor: string } },
  now: number,
): boolean => {
  if (fact.cause.actor === viewer || usersIn(fact).includes(viewer)) return true;
  if (may(state, viewer, 'access.read', now)) return true;
  const organizationId = organizationOf(fact);
  return organizationId !== undefined && seesOrganization(state, viewer, organizationId, now);
};

const ownerIn = (data: AccessFact['data']): string | undefined => {
  if ('owner' in data) return data.owner;
  return 'after' in data && typeof data.after === 'object' && data.after !== null && 'owner' in data.after
    ? data.after.owner
    : undefined;
};
