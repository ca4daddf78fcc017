import { Graph } from '@rollcall/authorization/graph';
import type { Tuple } from '@rollcall/authorization/tuple';
import { type AccessWorld, accessWorld, definition, largeWorld, model } from '../access-world.ts';
import { NaiveRelations, setsOf } from '../naive-relations.ts';
import { pinSelf } from '../pin.ts';
import type { Row } from '../report.ts';
import { inTurn } from '../rounds.ts';

const now = Date.now();
const millisecondsEach = 1_500;

type Check = (question: Tuple) => boolean;

/** As many questions as there is time for, over and over. */
const perSecond = (questions: readonly Tuple[], check: Check): number => {
  const began = performance.now();
  let asked = 0;
  let elapsed = 0;
  while (elapsed < millisecondsEach) {
    for (let n = 0; n < 2_000; n++, asked++) {
      const question = questions[asked % questions.length];
      if (question) check(question);
    }
    elapsed = performance.now() - began;
  }
  return (asked / elapsed) * 1_000;
};

const microsecondsAtP99 = (questions: readonly Tuple[], check: Check): number => {
  const times = questions.map((question) => {
    const began = process.hrtime.bigint();
    check(question);
    return Number(process.hrtime.bigint() - began) / 1_000;
  });
  return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? Number.NaN;
};

/** As many allowed as denied, and both engines of one mind. */
const questionsFor = (world: AccessWorld, ours: Check, naive: Check): readonly Tuple[] => {
  const asked = world.questions(60_000);
  const differing = asked.filter((question) => ours(question) !== naive(question));
  if (differing.length > 0) throw new Error(`${differing.length} verdicts differ`);
  const allowed = asked.filter(ours).slice(0, 10_000);
  const denied = asked.filter((question) => !ours(question)).slice(0, allowed.length);
  return allowed.flatMap((question, n) => [question, denied[n] ?? question]);
};

export const measure = async (): Promise<Row> => {
  pinSelf('measured');
  const world = accessWorld(largeWorld);
  const graph = new Graph(model);
  for (const tuple of world.tuples) graph.write(tuple);
  const relations = new NaiveRelations(definition, setsOf(world.tuples));
  const ours: Check = ({ user, relation, object }) => graph.check(user, relation, object, now);
  const naive: Check = ({ user, relation, object }) => relations.check(user, relation, object);
  const questions = questionsFor(world, ours, naive);
  const values = await inTurn({
    ours: async () => perSecond(questions, ours),
    near: async () => perSecond(questions.slice(0, 500), ours),
    p99: async () => microsecondsAtP99(questions, ours),
    naive: async () => perSecond(questions, naive),
  });
  pinSelf('other');
  return {
    number: 1,
    title: 'Check engine',
    about: `${graph.size.toLocaleString('en')} tuples of ${largeWorld.users.toLocaleString('en')} users, ${largeWorld.organizations.toLocaleString('en')} organizations, ${largeWorld.teams.toLocaleString('en')} teams and ${largeWorld.projects.toLocaleString('en')} projects; ${questions.length.toLocaleString('en')} questions from one to five steps deep, half of them denied, in texts that are not the ones the tuples were written with.`,
    comparisons: [
      {
        what: 'checks in one process',
        unit: '/s',
        ours: values.ours,
        baseline: 'sets of strings and a recursive function',
        theirs: values.naive,
        target: { atLeast: 20 },
      },
    ],
    floors: [
      { what: 'checks on one core', unit: '/s', ours: values.ours, target: { atLeast: 1_000_000 } },
      {
        what: 'the same of 500 questions, asked again and again',
        unit: '/s',
        ours: values.near,
        target: { atLeast: 1_000_000 },
      },
      { what: 'p99 of a check, measured one by one', unit: 'µs', ours: values.p99, target: { atMost: 20 } },
    ],
    cause:
      'half of a check is finding its two ids among 140,000 strings: 70 ns each while they are near, 400 and more where ' +
      'every question is about others and all of it has to come from memory. What follows over integers takes 80 to 1,300 ns by ' +
      'how deep it goes.',
  };
};
