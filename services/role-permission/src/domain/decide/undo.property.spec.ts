import { isRefusal } from '@rollcall/types/problems';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyWishes, lastingWishes } from '../arbitrary-wishes.ts';
import { endOf } from '../edges.ts';
import { ada, fingerprint, founding, type Story } from '../scenario.ts';
import type { AccessState } from '../state.ts';
import { textOf } from '../tuples.ts';

const product = 'service:role-permission';
const runs = Number(process.env.FAULTS_HISTORIES ?? 4) * 15;

/** What is so, whoever made it so and when: things and tuples, without what waits to be restored. */
const structure = ({ edges, deleted: _, revision: __, subjectSequences: ___, ...things }: AccessState): string => {
  const { edges: ____, ...rest } = JSON.parse(fingerprint({ edges, ...things } as AccessState), (key, value) =>
    key === 'createdAt' || key === 'updatedAt' ? undefined : value,
  );
  return JSON.stringify([rest, [...edges.entries()].map(([text, { validUntil }]) => [text, validUntil])]);
};

const lived = (wishes: readonly { readonly wish: Parameters<Story['try']>[1]; readonly by: string }[]): Story => {
  const story = founding();
  for (const { wish, by } of wishes) story.try(by, wish);
  return story;
};

const actorOf = ({ entries }: Story, target: string): string =>
  entries.find(({ commandId }) => commandId === target)?.event.cause.actor ?? product;

/** Ends what is due, as the service does: after it nothing there has ended. */
const settle = (story: Story, now: number): void => {
  for (const [text, edge] of [...story.state.edges.entries()]) {
    if (endOf(edge) <= now) story.try(product, { type: 'expire', key: text }, now);
  }
  for (const [id, { reservations }] of [...story.state.organizations.entries()]) {
    for (const [seat, validUntil] of reservations.entries()) {
      if (endOf({ validUntil }) <= now)
        story.try(product, { type: 'expire', key: `organization:${id}/seat:${seat}` }, now);
    }
  }
};

describe('whatever was done', { timeout: 1_000 * runs }, () => {
  it('for good is as if it had never been once all of it that can be is taken back, newest first', () => {
    fc.assert(
      fc.property(lastingWishes, (wishes) => {
        const beginning = founding();
        const story = lived(wishes);
        const commands = [...new Set(story.entries.slice(beginning.entries.length).map(({ commandId }) => commandId))];
        for (const target of commands.reverse()) {
          const history = { entries: story.entries, upTo: story.state.revision };
          const outcome = story.try(product, { type: 'undo', target, history, cascade: false });
          expect(isRefusal(outcome) && outcome).toBe(false);
        }
        expect(structure(story.state)).toBe(structure(beginning.state));
      }),
      { numRuns: runs },
    );
  });

  it('for good is as if it had never been once the first of it is taken back with all that builds on it', () => {
    fc.assert(
      fc.property(lastingWishes, (wishes) => {
        const beginning = founding();
        const story = lived(wishes);
        const commands = [...new Set(story.entries.slice(beginning.entries.length).map(({ commandId }) => commandId))];
        for (const target of commands) {
          const history = { entries: story.entries, upTo: story.state.revision };
          const outcome = story.try(product, { type: 'undo', target, history, cascade: true });
          expect(isRefusal(outcome) && outcome).toBe(false);
        }
        expect(structure(story.state)).toBe(structure(beginning.state));
      }),
      { numRuns: runs },
    );
  });

  it.each([
    ['the product', () => product],
    ['an administrator', () => ada],
    ['whoever did it, unless they may not any more', actorOf],
  ])('is so again when its undo is taken back, by %s', (_, byWhom) => {
    fc.assert(
      fc.property(anyWishes, fc.nat(), (wishes, which) => {
        const story = lived(wishes);
        const now = story.now;
        settle(story, now);
        const before = structure(story.state);
        const undo = (by: string, target: string, cascade: boolean) => {
          const history = { entries: story.entries, upTo: story.state.revision };
          return story.try(by, { type: 'undo', target, history, cascade }, now);
        };
        const commands = [...new Set(story.entries.map(({ commandId }) => commandId))];
        const first = which % commands.length;
        // The first from there on that can be: much cannot, such as what only the product does.
        for (const target of [...commands.slice(first), ...commands.slice(0, first)]) {
          const actor = byWhom(story, target);
          const undone = undo(actor, target, true);
          if (isRefusal(undone) || undone.length === 0) continue;
          const undoing = undone[0]?.commandId ?? '';
          const redone = undo(actor, undoing, false);
          const isForbidden = byWhom === actorOf && isRefusal(redone) && redone.refused === 'forbidden';
          const done = isForbidden ? undo(product, undoing, false) : redone;
          expect(isRefusal(done) ? done : 'done').toBe('done');
          expect(structure(story.state)).toBe(before);
          return;
        }
      }),
      { numRuns: runs },
    );
  });

  it('leaves no tuple without the things at its ends', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        const { state } = lived(wishes);
        for (const [text] of state.edges.entries()) {
          for (const [, type, id] of text.matchAll(/(user|team|project|organization|group|role):([^#@]+)/g)) {
            const things = {
              user: state.users,
              team: state.teams,
              project: state.projects,
              organization: state.organizations,
              group: state.groups,
              role: state.roles,
            };
            const name = type === 'group' ? id?.replace(/\/.*$/, '') : id;
            expect(things[type as keyof typeof things].has(name ?? ''), text).toBe(true);
          }
        }
      }),
      { numRuns: runs },
    );
  });

  it('leaves every organization with an admin for good, and every team with members of its organization only', () => {
    fc.assert(
      fc.property(anyWishes, (wishes) => {
        const { state } = lived(wishes);
        for (const [id, { plan, reservations }] of state.organizations.entries()) {
          const admins = [...state.edges.subjectsOf(`organization:${id}`, 'admin')];
          const members = [...state.edges.subjectsOf(`organization:${id}`, 'member')];
          expect(admins.some(([, { validUntil }]) => validUntil === null)).toBe(true);
          const taken = admins.length + members.length + [...reservations.entries()].length;
          if (plan.seats !== null) expect(taken).toBeLessThanOrEqual(plan.seats);
        }
        for (const [id, { organizationId }] of state.teams.entries()) {
          for (const [subject] of state.edges.subjectsOf(`team:${id}`, 'member')) {
            const object = `organization:${organizationId}`;
            const isIn = ['admin', 'member'].some((relation) => state.edges.get({ object, relation, subject }));
            expect(isIn, textOf({ object, relation: 'member', subject })).toBe(true);
          }
        }
      }),
      { numRuns: runs },
    );
  });
});
