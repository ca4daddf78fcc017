import { Graph } from '@rollcall/authorization/graph';
import { describe, expect, it } from 'vitest';
import { accessModel } from './model.ts';

const now = 0;

const graphOf = (...tuples: readonly (readonly [object: string, relation: string, user: string])[]): Graph => {
  const graph = new Graph(accessModel);
  for (const [object, relation, user] of tuples) graph.write({ user, relation, object });
  return graph;
};

describe('the model of organizations, teams and projects', () => {
  const graph = graphOf(
    ['organization:acme', 'admin', 'user:ada'],
    ['organization:acme', 'member', 'user:mel'],
    ['team:red', 'organization', 'organization:acme'],
    ['team:red', 'member', 'user:mel'],
    ['project:atlas', 'owner', 'organization:acme'],
    ['project:atlas', 'member', 'team:red#member'],
    ['project:diary', 'owner', 'user:mel'],
  );

  it('an organization’s admins are its members, and its projects’ admins and members', () => {
    expect(graph.check('user:ada', 'member', 'organization:acme', now)).toBe(true);
    expect(graph.check('user:ada', 'admin', 'project:atlas', now)).toBe(true);
    expect(graph.listObjects('user:ada', 'member', 'project', now).items).toEqual(['project:atlas']);
  });

  it('members of a team are members of its projects, and no more than that', () => {
    expect(graph.check('user:mel', 'member', 'project:atlas', now)).toBe(true);
    expect(graph.check('user:mel', 'admin', 'project:atlas', now)).toBe(false);
    expect(graph.check('user:mel', 'admin', 'organization:acme', now)).toBe(false);
  });

  it('whoever owns a project is its admin, and nobody else', () => {
    expect(graph.listUsers('project:diary', 'admin', 'user', now).items).toEqual(['user:mel']);
    expect(graph.check('user:ada', 'admin', 'project:diary', now)).toBe(false);
  });
});

describe('the model of permissions', () => {
  const graph = graphOf(
    ['permission:acme/posts.write', 'everywhere', 'permission:posts.write'],
    ['permission:posts.write', 'everywhere', 'permission:admin'],
    ['permission:acme/posts.write', 'holder', 'role:editor#assignee'],
    ['permission:posts.write', 'holder', 'group:staff#member'],
    ['permission:admin', 'holder', 'user:root'],
    ['role:editor', 'assignee', 'team:red#member'],
    ['team:red', 'member', 'user:mel'],
    ['group:staff', 'member', 'user:sue'],
  );

  it('what is held everywhere is held in an organization, and not the other way round', () => {
    expect(graph.check('user:sue', 'holder', 'permission:acme/posts.write', now)).toBe(true);
    expect(graph.check('user:mel', 'holder', 'permission:acme/posts.write', now)).toBe(true);
    expect(graph.check('user:mel', 'holder', 'permission:posts.write', now)).toBe(false);
  });

  it('whoever holds admin holds all', () => {
    expect(graph.check('user:root', 'holder', 'permission:acme/posts.write', now)).toBe(true);
    expect(graph.check('user:sue', 'holder', 'permission:admin', now)).toBe(false);
  });

  it('a role’s assignees hold it through their teams', () => {
    expect(graph.listUsers('permission:acme/posts.write', 'holder', 'user', now).items).toEqual([
      'user:mel',
      'user:root',
      'user:sue',
    ]);
  });
});
