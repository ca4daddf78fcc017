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

const json = modelJson(readFileSync(join(import.meta.dirname, '../../services/role-permission/model.fga'), 'utf8'));
export const definition: ModelDefinition = readModelJson(json);
/** As the owner tells it to those who have no parser. */
export const definitionText = JSON.stringify(json);
export const model = Model.from(definition);

export interface AccessWorld {
  readonly tuples: readonly Tuple[];
  /** Evenly from one to five steps deep; for each who holds a relation by one of its ways, somebody else is asked about. */
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
  /** Who is in, by how many tuples, from one to five. */
  const waysIn: Tuple[][] = [[], [], [], [], []];
  const isIn = (tuples: number, user: string, relation: string, object: string) =>
    waysIn[tuples - 1]?.push({ user, relation, object });
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
    isIn(1, user, 'member', organization);
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
    isIn(2, admin, 'admin', project);
    isIn(2, admin, 'member', project);
    times(size.teamsOfProject, () => {
      const team = oneOf(teams);
      write(project, 'member', `${team}#member`);
      isIn(2, membersOf.get(team) ?? '', 'member', project);
    });
    times(size.usersOfProject, () => {
      const user = oneOf(users);
      write(project, 'member', user);
      isIn(1, user, 'member', project);
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
  const adminRole = oneOf(roles);
  write('permission:admin', 'holder', `${adminRole}#assignee`);
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
      isIn(4, assigneeOf.get(role) ?? '', 'holder', permission);
      isIn(5, assigneeOf.get(adminRole) ?? '', 'holder', permission);
      isIn(3, assigneeOf.get(inOrganization) ?? '', 'holder', permission);
    });
  }

  const questions = (count: number): readonly Tuple[] => {
    const asked = Array.from({ length: count / 2 }, (_, n) => {
      const ways = waysIn[n % waysIn.length] ?? [];
      return ways[random(ways.length)];
    }).flatMap((way) => (way ? [way, { ...way, user: oneOf(users) }] : []));
    // As if they came over a network: not the very strings that the tuples have.
    return JSON.parse(JSON.stringify(asked));
  };
  // One piece of memory each, as if they had come over a network.
  return { ...JSON.parse(JSON.stringify({ tuples, users, projects })), questions };
};
