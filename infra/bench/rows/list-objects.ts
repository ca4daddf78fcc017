import { Graph } from '@rollcall/authorization/graph';
import { accessWorld, largeWorld, model } from '../access-world.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const now = Date.now();
const size = {
  ...largeWorld,
  users: 2_000,
  organizations: 200,
  teams: 1_000,
  projects: 10_000,
  membersOfTeam: 10,
  teamsOfProject: 1,
  usersOfProject: 10,
};

const perSecond = (lists: number, list: (n: number) => unknown): number => {
  const began = performance.now();
  for (let n = 0; n < lists; n++) list(n);
  return (lists / (performance.now() - began)) * 1_000;
};

export const measure = async (): Promise<Row> => {
  pinSelf('measured');
  const { tuples, users, projects } = accessWorld(size);
  const graph = new Graph(model);
  for (const tuple of tuples) graph.write(tuple);
  const userAt = (n: number): string => users[(n * 7_919) % users.length] ?? '';
  const list = (n: number) => graph.listObjects(userAt(n), 'member', 'project', now).items;
  const checkEach = (n: number) => projects.filter((project) => graph.check(userAt(n), 'member', project, now));
  let results = 0;
  for (let n = 0; n < 20; n++) {
    const listed = list(n);
    results += listed.length / 20;
    if (listed.join() !== checkEach(n).sort().join()) throw new Error('the lists differ');
  }
  const values = await inTurn({
    ours: async () => perSecond(10_000, list),
    each: async () => perSecond(200, checkEach),
  });
  pinSelf('other');
  return {
    number: 4,
    title: 'List of objects',
    about: `The projects that a user is a member of, some ${Math.round(results)} of ${size.projects.toLocaleString('en')}, in order.`,
    comparisons: [
      {
        what: 'lists in one process',
        unit: '/s',
        ours: values.ours,
        baseline: 'our own check of each project',
        theirs: values.each,
        target: { atLeast: 100 },
      },
    ],
  };
};
