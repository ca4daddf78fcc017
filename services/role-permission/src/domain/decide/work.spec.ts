import { Graph } from '@rollcall/authorization/graph';
import { SortedMap } from '@rollcall/event-store/sorted-map';
import { mostChanges } from '@rollcall/types/access-commands';
import { isRefusal } from '@rollcall/types/problems';
import { describe, expect, it, vi } from 'vitest';
import { LiveGraph } from '../../live-graph.ts';
import type { AccessIntent } from '../commands.ts';
import type { AccessFact, RecordedAccessEvent } from '../events.ts';
import { gainsBy } from '../gains.ts';
import { changesBy } from '../graph-changes.ts';
import { added, ben, cleo, commandOf, founding, noon, type Story, stateAfter, thing } from '../scenario.ts';
import { decide } from './decide.ts';

const organizationId = thing(1);
const plan = { plan: 'any', seats: null };
const teamId = (n: number): string => thing(100 + n);
const deletion: AccessIntent = { type: 'deleteOrganization', organizationId };

/** Ben's organization with so many teams, all of which he is in, and few seats in its plan. */
const grown = (teams: number): Story => {
  const small = { plan: 'small', seats: 5 };
  const story = founding().do([ben, { type: 'createOrganization', organizationId, name: 'x', plan: small }]);
  story.do([ben, { type: 'addOrganizationMember', organizationId, userId: cleo }]);
  for (let n = 0; n < teams; n++) {
    const add = { type: 'addTeamMember' as const, teamId: teamId(n), userId: ben };
    const wishes = [{ type: 'createTeam' as const, organizationId, teamId: teamId(n), name: 'x' }, add];
    story.do([ben, { type: 'batch', wishes }]);
  }
  return story;
};

/** Keys looked for, and entries gone through. */
const stepsOf = (work: () => void): number => {
  let steps = 0;
  const { get, entries } = SortedMap.prototype;
  vi.spyOn(SortedMap.prototype, 'get').mockImplementation(function (this: SortedMap<string, unknown>, key) {
    steps++;
    return get.call(this, key);
  });
  vi.spyOn(SortedMap.prototype, 'entries').mockImplementation(function* (this: SortedMap<string, unknown>, after) {
    for (const entry of entries.call(this, after)) {
      steps++;
      yield entry;
    }
  });
  work();
  vi.restoreAllMocks();
  return steps;
};

const foundingOf = ({ entries }: Story): number =>
  entries.find(({ event }) => event.type === 'organization.created')?.position ?? 0;

const works: readonly (readonly [what: string, begin: (teams: number) => () => unknown])[] = [
  [
    'deleting an organization',
    (teams) => {
      const story = grown(teams);
      return () => story.try(ben, deletion);
    },
  ],
  [
    'restoring it',
    (teams) => {
      const story = grown(teams).do([ben, deletion]);
      const entries = story.entries.filter(({ commandId }) => commandId === story.entries.at(-1)?.commandId);
      return () => story.try(ben, { type: 'restoreDeleted', itemId: organizationId, entries });
    },
  ],
  [
    'restoring it when somebody of each team cannot come back',
    (teams) => {
      const story = grown(teams).do([ben, deletion]);
      const entries = story.entries.filter(
        ({ commandId, event }) =>
          commandId === story.entries.at(-1)?.commandId &&
          !(event.type === 'organization.member_removed' && event.data.userId === ben),
      );
      return () => story.try(ben, { type: 'restoreDeleted', itemId: organizationId, entries });
    },
  ],
  [
    'taking its founding back with all that builds on it',
    (teams) => {
      const story = grown(teams);
      return () => story.undo(ben, { position: foundingOf(story), cascade: true });
    },
  ],
];

describe('work', () => {
  it.each(works)('of %s grows as what it is about does, also for those who are in all of it', (_, begin) => {
    const [some, twice] = [begin(60), begin(120)].map(stepsOf);
    expect(twice).toBeGreaterThan(60);
    expect(twice).toBeLessThan(2.3 * (some ?? 0));
  });

  it('of a preview asks who stands behind a thing once, however much of it changes', () => {
    const listings = (teams: number): number => {
      const story = grown(teams);
      const graph = new LiveGraph();
      graph.loaded(story.state);
      const facts = decide(story.state, commandOf(deletion, ben, 9_999), { now: story.now, after: () => [] });
      if (isRefusal(facts)) return expect.fail('Ben may delete it');
      const listUsers = vi.spyOn(Graph.prototype, 'listUsers').mockClear();
      gainsBy(graph.present, changesBy(facts), story.now, () => true);
      return listUsers.mock.calls.length;
    };
    expect(listings(60)).toBe(listings(10));
  });
});

describe('a command', () => {
  /** Ends in so many events when it is deleted, and came about by as many. */
  const factsOf = (size: number): readonly AccessFact[] => [
    { type: 'organization.created', subject: organizationId, data: { name: 'x', plan } },
    {
      type: 'organization.member_added',
      subject: organizationId,
      data: { userId: ben, before: null, after: { admin: true, validUntil: null } },
    },
    ...Array.from({ length: size - 2 }, (_, n): AccessFact => {
      return { type: 'team.created', subject: teamId(n), data: { organizationId, name: 'x' } };
    }),
  ];
  const decided = (size: number, intent: AccessIntent) =>
    decide(stateAfter([added(ben), ...factsOf(size)]), commandOf(intent, ben, 1), { now: noon, after: () => [] });

  it('has so many events at most, and is refused whole beyond (N49)', () => {
    expect(decided(mostChanges, deletion)).toHaveLength(mostChanges);
    expect(decided(mostChanges + 1, deletion)).toMatchObject({
      refused: 'too_much_at_once',
      detail: expect.stringContaining(String(mostChanges)),
    });
  });

  it('has so many events at most also when it is many wishes together (N49)', () => {
    const batch: AccessIntent = {
      type: 'batch',
      wishes: [{ type: 'renameOrganization', organizationId, name: 'y' }, deletion],
    };
    expect(decided(mostChanges - 1, batch)).toHaveLength(mostChanges);
    expect(decided(mostChanges, batch)).toMatchObject({ refused: 'too_much_at_once' });
  });

  it('takes so many events back at most (N49)', () => {
    const taken = (size: number) => {
      const cause = { actor: ben, correlationId: 'spec' };
      const entries = factsOf(size).map((fact, n): RecordedAccessEvent => {
        const event = { ...fact, subjectSequence: 1, cause };
        return { id: `${n}`, commandId: `${n}`, index: 0, position: n + 2, at: noon, event };
      });
      const history = { entries, upTo: size + 1 };
      return decided(size, { type: 'undo', target: '0', history, cascade: true });
    };
    expect(taken(mostChanges)).toHaveLength(mostChanges);
    expect(taken(mostChanges + 1)).toMatchObject({ refused: 'too_much_at_once' });
  });
});

describe('a preview', () => {
  it('that concerns more than can be looked at says that it is not complete', () => {
    const previewed = (projects: number) => {
      const people = [ben, cleo, ...Array.from({ length: 20 }, (_, n) => thing(50 + n))];
      const state = stateAfter([
        ...people.map((userId) => added(userId as typeof ben)),
        { type: 'organization.created', subject: organizationId, data: { name: 'x', plan } },
        ...people.map((userId) => ({
          type: 'organization.member_added' as const,
          subject: organizationId,
          data: { userId: userId as typeof ben, before: null, after: { admin: true, validUntil: null } },
        })),
        ...Array.from({ length: projects }, (_, n) => ({
          type: 'project.created' as const,
          subject: teamId(n),
          data: { owner: `organization:${organizationId}` as const, name: 'x' },
        })),
      ]);
      const graph = new LiveGraph();
      graph.loaded(state);
      const facts = decide(state, commandOf(deletion, ben, 1), { now: noon, after: () => [] });
      return isRefusal(facts)
        ? expect.fail('Ben may delete it')
        : gainsBy(graph.present, changesBy(facts), noon, () => true);
    };
    expect(previewed(10).complete).toBe(true);
    const { complete, lost } = previewed(1_000);
    expect(complete).toBe(false);
    expect(new Set(lost.map(({ user }) => user)).size).toBeGreaterThan(1);
  });
});
