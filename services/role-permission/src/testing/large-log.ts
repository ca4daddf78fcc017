import { type UserId, userId } from '@rollcall/types/ids';
import type { AccessFact, RecordedAccessEvent } from '../domain/events.ts';
import { eventIdOf } from '../store/event-id.ts';

/** How much there is of everything in a log: with all of it doubled, twice as many tuples. */
export interface LogSize {
  readonly users: number;
  readonly organizations: number;
  readonly teams: number;
  readonly projects: number;
}

/** 100,000 users, and a million tuples and a few more events that made them. */
export const largeLog: LogSize = { users: 100_000, organizations: 1_000, teams: 10_000, projects: 20_000 };

export const half = ({ users, organizations, teams, projects }: LogSize): LogSize => ({
  users: users / 2,
  organizations: organizations / 2,
  teams: teams / 2,
  projects: projects / 2,
});

const began = Date.UTC(2026, 0, 1);
const permissions = Array.from({ length: 100 }, (_, n) => `area${n % 10}.action${n}`);

/** The same numbers every time (mulberry32). */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
};

const idOf = (kind: number, n: number): string => {
  const digits = n.toString(16).padStart(12, '0');
  return `0190b0a0-${kind.toString().padStart(4, '0')}-7000-8000-${digits}`;
};

/** Things are made first, then those who belong to them; so much that a name takes when it is sealed. */
function* facts({ users, organizations, teams, projects }: LogSize): Generator<AccessFact, void, undefined> {
  const random = randomFrom(7);
  const user = (n = random(users)): UserId => userId.parse(idOf(1, n));
  const organization = (n = random(organizations)) => idOf(2, n);
  const team = (n = random(teams)) => idOf(3, n);
  const name = (id: string) => `${id}.${'sealed'.repeat(20)}`;
  const lasting = { before: null, after: { validUntil: null } } as const;
  for (let n = 0; n < users; n++) yield { type: 'access.user_added', subject: idOf(1, n), data: {} };
  for (const one of permissions) {
    yield { type: 'permission.created', subject: one, data: { name: one, description: `May ${one}.` } };
  }
  const joined = (id: string, one: UserId, admin: boolean): AccessFact => ({
    type: 'organization.member_added',
    subject: id,
    data: { userId: one, before: null, after: { admin, validUntil: null } },
  });
  for (let n = 0; n < organizations; n++) {
    const subject = organization(n);
    yield {
      type: 'organization.created',
      subject,
      data: { name: name(subject), plan: { plan: 'any', seats: null } },
    };
    for (const admin of new Set([user(), user(), user()])) yield joined(subject, admin, true);
  }
  for (let n = 0; n < users; n++) yield joined(organization(), user(n), false);
  for (let n = 0; n < teams; n++) {
    const organizationId = organization();
    yield { type: 'team.created', subject: team(n), data: { organizationId, name: name(team(n)) } };
    for (const one of new Set(Array.from({ length: 20 }, () => user()))) {
      yield { type: 'team.member_added', subject: team(n), data: { organizationId, userId: one, ...lasting } };
    }
  }
  for (let n = 0; n < projects; n++) {
    const subject = idOf(4, n);
    const owner = random(5) === 0 ? (`user:${user()}` as const) : (`organization:${organization()}` as const);
    yield { type: 'project.created', subject, data: { name: name(subject), owner } };
    const users = Array.from({ length: 25 }, () => `user:${user()}` as const);
    for (const member of new Set([`team:${team()}` as const, `team:${team()}` as const, ...users])) {
      yield { type: 'project.member_added', subject, data: { owner, member, ...lasting } };
    }
  }
  for (let n = 0; n < users / 2; n++) {
    const organizationId = organization();
    const permission = permissions[random(permissions.length)] ?? '';
    const given = {
      type: 'permission.granted',
      subject: idOf(1, n),
      data: { permission, organizationId, ...lasting },
    } as const;
    yield given;
    if (n % 2 > 0) continue;
    const { after: before } = lasting;
    yield {
      type: 'permission.revoked',
      subject: given.subject,
      data: { permission, organizationId, before, after: null },
    };
    if (n % 4 === 0) yield given;
  }
}

/** A log as a large deployment has it after some years, one event a command; a tenth of a second lies between two. */
export function* largeLogOf(size: LogSize): Generator<RecordedAccessEvent, void, undefined> {
  const sequences = new Map<string, number>();
  let position = 0;
  for (const fact of facts(size)) {
    position++;
    const subjectSequence = (sequences.get(fact.subject) ?? 0) + 1;
    sequences.set(fact.subject, subjectSequence);
    const commandId = idOf(5, position);
    const cause = { actor: idOf(1, position % size.users), correlationId: commandId };
    const event = { ...fact, subjectSequence, cause };
    yield { position, id: eventIdOf(commandId, 0), commandId, index: 0, at: began + position * 100, event };
  }
}
