import type { UserId } from '@rollcall/types/ids';

/** A relation between two things, in Zanzibar's words and spelling: `object` and `subject` are `type:id`, or a userset. */
export interface Tuple {
  readonly object: string;
  readonly relation: string;
  /** `user:<id>`, `organization:<id>`, or all who have a relation to a thing: `team:<id>#member`. */
  readonly subject: string;
}

/** A tuple as one text, which is its key wherever one is needed. */
export const textOf = ({ object, relation, subject }: Tuple): string => `${object}#${relation}@${subject}`;

/** A tuple read back from its text. */
export const tupleOf = (text: string): Tuple | undefined => {
  const parts = /^([^#@]+)#([^#@]+)@(.+)$/.exec(text);
  return parts ? { object: parts[1] ?? '', relation: parts[2] ?? '', subject: parts[3] ?? '' } : undefined;
};

export const userSubject = (userId: string): string => `user:${userId}`;

/** The user that a subject is, if it is one. */
export const userOf = (subject: string): UserId | undefined =>
  // Tuples about users are only ever made of their ids.
  subject.startsWith('user:') ? (subject.slice('user:'.length) as UserId) : undefined;

/** What is given to a team or a group is given to its members, what is given to a role to those who have it. */
const usersets: Readonly<Record<string, string>> = { team: 'member', group: 'member', role: 'assignee' };

/** A thing as the one whose users get something: itself if it is a user. */
export const asSubject = (thing: string): string => {
  const relation = usersets[thing.slice(0, thing.indexOf(':'))];
  return relation === undefined ? thing : `${thing}#${relation}`;
};

/** By it the members of an organization have to prove a second factor. */
export const secondFactorPolicy = (organizationId: string): Tuple => ({
  object: 'policy:second_factor',
  relation: 'required',
  subject: `organization:${organizationId}#member`,
});

/** The thing that a subject is about: `team:<id>` for `team:<id>#member`. */
export const thingOf = (subject: string): string => {
  const hash = subject.indexOf('#');
  return hash < 0 ? subject : subject.slice(0, hash);
};

/** A name everywhere, or within one organization. */
export const scopedName = (organizationId: string | null, name: string): string =>
  organizationId === null ? name : `${organizationId}/${name}`;

/** Who holds something within an organization: of a group the part that the organization has put into it. */
export const thingWithin = (organizationId: string | null, thing: string): string =>
  organizationId !== null && thing.startsWith('group:') ? `${thing}/${organizationId}` : thing;

/** The group that a thing is a part of, or the thing itself. */
export const wholeOf = (thing: string): string =>
  thing.startsWith('group:') && thing.includes('/') ? thing.slice(0, thing.indexOf('/')) : thing;

/** The organization that a thing is within by its name, if it is: a role, a permission, a part of a group. */
export const organizationIn = (thing: string): string | undefined => {
  const slash = thing.indexOf('/');
  if (slash < 0) return undefined;
  return thing.startsWith('group:') ? thing.slice(slash + 1) : thing.slice(thing.indexOf(':') + 1, slash);
};
