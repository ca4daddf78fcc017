import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { Graph } from '@rollcall/authorization/graph';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import { model } from '../access-world.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const users = 10_000;
const roles = 1_000;
const resources = 100;
const now = Date.now();
const millisecondsEach = 1_500;

/** Casbin's own benchmark of medium size: each role may read one resource, each user has one role. */
interface Question {
  readonly user: number;
  readonly resource: number;
}
const roleOf = (user: number): number => Math.floor(user / (users / roles));
const resourceOf = (role: number): number => Math.floor(role / (roles / resources));

type Check = (question: Question) => boolean;

const rollcall = (): Check => {
  const graph = new Graph(model);
  for (let role = 0; role < roles; role++) {
    graph.write({ user: `role:${role}#assignee`, relation: 'holder', object: `permission:read/${resourceOf(role)}` });
  }
  for (let user = 0; user < users; user++) {
    graph.write({ user: `user:${user}`, relation: 'assignee', object: `role:${roleOf(user)}` });
  }
  return ({ user, resource }) => graph.check(`user:${user}`, 'holder', `permission:read/${resource}`, now);
};

const casbin = async (): Promise<Check> => {
  const rules = [
    ...Array.from({ length: roles }, (_, role) => `p, role${role}, data${resourceOf(role)}, read`),
    ...Array.from({ length: users }, (_, user) => `g, user${user}, role${roleOf(user)}`),
  ];
  const text = `[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
`;
  const enforcer = await newEnforcer(newModelFromString(text), new StringAdapter(rules.join('\n')));
  return ({ user, resource }) => enforcer.enforceSync(`user${user}`, `data${resource}`, 'read');
};

/** Cedar holds no data: a call brings the user, with its role, and the resource, with the roles that may read it. */
const cedarWasm = (): Check => {
  const staticPolicies =
    'permit(principal, action == Action::"read", resource) when { principal in resource.readers };';
  const parsed = cedar.preparsePolicySet('bench', { staticPolicies, templates: {}, templateLinks: [] });
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors));
  const readers = Array.from({ length: resources }, () => [] as { __entity: { type: string; id: string } }[]);
  for (let role = 0; role < roles; role++) {
    readers[resourceOf(role)]?.push({ __entity: { type: 'Role', id: `${role}` } });
  }
  return ({ user, resource }) => {
    const principal = { type: 'User', id: `${user}` };
    const wanted = { type: 'Data', id: `${resource}` };
    const answer = cedar.statefulIsAuthorized({
      principal,
      action: { type: 'Action', id: 'read' },
      resource: wanted,
      context: {},
      preparsedPolicySetId: 'bench',
      entities: [
        { uid: principal, attrs: {}, parents: [{ type: 'Role', id: `${roleOf(user)}` }] },
        { uid: wanted, attrs: { readers: readers[resource] ?? [] }, parents: [] },
      ],
    });
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === 'allow';
  };
};

const perSecond = (check: Check, questions: readonly Question[]): number => {
  const began = performance.now();
  let asked = 0;
  let elapsed = 0;
  while (elapsed < millisecondsEach) {
    for (let n = 0; n < 20; n++, asked++) {
      const question = questions[asked % questions.length];
      if (question) check(question);
    }
    elapsed = performance.now() - began;
  }
  return (asked / elapsed) * 1_000;
};

export const measure = async (): Promise<Row> => {
  pinSelf('measured');
  const [ours, casbins, cedars] = [rollcall(), await casbin(), cedarWasm()];
  const questions = Array.from({ length: 2_000 }, (_, n) => {
    const user = (n * 7_919) % users;
    return { user, resource: n % 2 === 0 ? resourceOf(roleOf(user)) : (n * 31) % resources };
  });
  for (const question of questions.slice(0, 200)) {
    const verdicts = new Set([ours, casbins, cedars].map((check) => check(question)));
    if (verdicts.size > 1) throw new Error(`verdicts differ on ${JSON.stringify(question)}`);
  }
  const values = await inTurn({
    ours: async () => perSecond(ours, questions),
    casbin: async () => perSecond(casbins, questions),
    cedar: async () => perSecond(cedars, questions),
  });
  pinSelf('other');
  const common = { what: 'checks in one process', unit: '/s', ours: values.ours };
  return {
    number: 2,
    title: 'Beside known engines',
    about:
      'Who may read what by their role: casbin’s own benchmark of medium size, 10,000 users, 1,000 roles and 100 resources, ' +
      'half of the questions allowed. Cedar keeps no data: its policy is parsed before, but each call brings what it needs.',
    comparisons: [
      {
        ...common,
        baseline: 'node-casbin, enforceSync, 11,000 rules',
        theirs: values.casbin,
        target: { atLeast: 500 },
      },
      { ...common, baseline: 'cedar-wasm, policies parsed before', theirs: values.cedar, target: { atLeast: 50 } },
    ],
  };
};
