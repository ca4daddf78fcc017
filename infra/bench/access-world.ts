import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelJson } from '@rollcall/authorization/dsl';
import { Model } from '@rollcall/authorization/model';
import { type ModelDefinition, readModelJson } from '@rollcall/authorization/model-definition';
import type { Tuple } from '@rollcall/authorization/tuple';

/** How much there is of everything. */
export interface WorldSize {
  readonly users: number;
  readonly organizations: number;
  readonly teams: number;
  readonly projects: number;
  readonly membersOfTeam: number;
  readonly teamsOfProject: number;
  readonly usersOfProject: number;
  readonly permissions: number;
}

/** 100,000 users and a million tuples. */
export const largeWorld: WorldSize = {
  users: 100_000,
  organizations: 1_000,
  teams: 10_000,
  projects: 20_000,
  membersOfTeam: 20,
  teamsOfProject: 2,
  usersOfProject: 20,
  permissions: 100,
};

export const definition: ModelDefinition = readModelJson(
  modelJson(readFileSync(join(import.meta.dirname, '../../services/role-permission/model.fga'), 'utf8')),
);
export const model = Model.from(definition);

export interface AccessWorld {
  readonly tuples: readonly Tuple[];
  /** Two users for each object: one who probably holds the relation, by one of the ways there are, and anybody. */
  questions(count: number): readonly Tuple[];
  readonly users: readonly string[];
  readonly projects: readonly string[];
}

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

/** Organizations with their teams, projects and permissions as the product writes them; ids are as long as UUIDs. */
export const accessWorld = (size: WorldSize): AccessWorld => {
  const random = randomFrom(7);
  const tuples: Tuple[] = [];
  const waysIn: Tuple[] = [];
  const word = () => random(0x1_0000_0000).toString(16).padStart(8, '0');
  const ids = (type: string, count: number) =>
    Array.from(
      { length: count },
      () => `${type}:${word()}-${word().slice(4)}-7${word().slice(5)}-${word().slice(4)}-${word()}${word().slice(4)}`,
    );
  const oneOf = (items: readonly string[]): string => items[random(items.length)] ?? '';
  const times = (count: number, act: () => void) => Array.from({ length: count }, act);
  const write = (object: string, relation: string, user: string) => tuples.push({ user, relation, object });

  const users = ids('user', size.users);
  const organizations = ids('organization', size.organizations);
  const teams = ids('team', size.teams);
  const projects = ids('project', size.projects);
  const groups = ids('group', size.permissions * 10);
  const roles = ids('role', size.permissions * 5);
  const names = Array.from({ length: size.permissions }, (_, n) => `area${n % 10}.action${n}`);
  const admins = new Map<string, string>();
  const membersOf = new Map<string, string>();

  for (const user of users) {
    const organization = oneOf(organizations);
    write(organization, 'member', user);
    waysIn.push({ user, relation: 'member', object: organization });
    if (random(2) === 0) write(oneOf(organizations), 'member', user);
  }
  for (const organization of organizations) {
    times(3, () => {
      const admin = oneOf(users);
      admins.set(organization, admin);
      write(organization, 'admin', admin);
    });
  }
  for (const team of teams) {
    write(team, 'organization', oneOf(organizations));
    times(size.membersOfTeam, () => {
      const user = oneOf(users);
      membersOf.set(team, user);
      write(team, 'member', user);
    });
  }
  for (const project of projects) {
    const owner = random(5) === 0 ? oneOf(users) : oneOf(organizations);
    write(project, 'owner', owner);
    const admin = admins.get(owner) ?? owner;
    waysIn.push(
      { user: admin, relation: 'admin', object: project },
      { user: admin, relation: 'member', object: project },
    );
    times(size.teamsOfProject, () => {
      const team = oneOf(teams);
      write(project, 'member', `${team}#member`);
      waysIn.push({ user: membersOf.get(team) ?? '', relation: 'member', object: project });
    });
    times(size.usersOfProject, () => {
      const user = oneOf(users);
      write(project, 'member', user);
      if (random(4) === 0) waysIn.push({ user, relation: 'member', object: project });
    });
  }
  for (const group of groups) {
    times(50, () => {
      const user = oneOf(users);
      membersOf.set(group, user);
      write(group, 'member', user);
    });
  }
  const assigneeOf = new Map<string, string>();
  for (const role of roles) {
    times(5, () => {
      const group = oneOf(groups);
      const team = oneOf(teams);
      assigneeOf.set(role, membersOf.get(random(2) === 0 ? group : team) ?? '');
      write(role, 'assignee', `${group}#member`);
      write(role, 'assignee', `${team}#member`);
    });
  }
  for (const name of names) {
    const everywhere = `permission:${name}`;
    const [role, inOrganization] = [oneOf(roles), oneOf(roles)];
    write(everywhere, 'everywhere', 'permission:admin');
    write(everywhere, 'holder', `${role}#assignee`);
    times(Math.ceil(size.organizations / 10), () => {
      const permission = `permission:${oneOf(organizations).slice('organization:'.length)}/${name}`;
      write(permission, 'everywhere', everywhere);
      write(permission, 'holder', `${inOrganization}#assignee`);
      times(13, () => write(permission, 'holder', oneOf(users)));
      waysIn.push({ user: assigneeOf.get(role) ?? '', relation: 'holder', object: permission });
      waysIn.push({ user: assigneeOf.get(inOrganization) ?? '', relation: 'holder', object: permission });
    });
  }

  const questions = (count: number): readonly Tuple[] => {
    const asked = Array.from({ length: count / 2 }, () => waysIn[random(waysIn.length)]).flatMap((way) =>
      way ? [way, { ...way, user: oneOf(users) }] : [],
    );
    // As if they came over a network: not the very strings that the tuples have.
    return JSON.parse(JSON.stringify(asked));
  };
  return { tuples, questions, users, projects };
};
