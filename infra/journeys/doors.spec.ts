import { type Stack, startStack } from '@rollcall/testing/stack';
import { waitFor } from '@rollcall/testing/wait-for';
import type { Route } from '@rollcall/types/route-definition';
import { routedRoutes } from '@rollcall/types/route-table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Cast } from './cast.ts';
import { type DoorAnswer, type ForbiddenState, forbiddenStates } from './door-rows.ts';
import { type Credential, type Door, doors, doorsTriedElsewhere, noDoors } from './doors.ts';
import { bringAbout, unverifiedPerson } from './forbidden-states.ts';

let stack: Stack;
let cast: Cast;

beforeAll(async () => {
  stack = await startStack();
  cast = await Cast.of(stack);
}, 60_000);

afterAll(() => stack?.stop());

const all = Object.entries(doors);
const isRefusal = (answer: DoorAnswer) => typeof answer === 'string';
const refusedIn = (state: ForbiddenState) => all.filter(([, { rows }]) => isRefusal(rows[state]));

/** Every name that stands in what a route takes and answers. */
const namesIn = ({ body, query, responses }: Route): readonly string[] =>
  [body, query, ...Object.values(responses)]
    .filter((schema) => schema !== undefined)
    .flatMap((schema) => [
      ...JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).matchAll(/"(\w+)":/g),
    ])
    .map(([, name = '']) => name);

/** Does it hand out or take what opens doors, set cookies, or mail something? */
const looksLikeADoor = (route: Route): boolean =>
  route.cookies === true ||
  route.rate === 'mail' ||
  namesIn(route).some((name) => /token$|password|secret|^key$/i.test(name));

describe('the registry of doors', () => {
  it('has every route that hands out or takes what opens doors, and none that is not there', () => {
    const elsewhere = Object.keys(doorsTriedElsewhere);
    const registered = [...all.flatMap(([, { operations }]) => operations), ...elsewhere, ...Object.keys(noDoors)];
    const found = routedRoutes.filter(looksLikeADoor).map(({ operationId }) => operationId);
    expect([...new Set(registered)].sort()).toEqual(found.sort());
  });

  it('says of every door what becomes of it in every state, and of each that it is shut in some', () => {
    for (const [name, { rows }] of all) {
      expect([name, Object.keys(rows).sort()]).toEqual([name, [...forbiddenStates].sort()]);
      expect([name, Object.values(rows).some(isRefusal)]).toEqual([name, true]);
    }
  });
});

/** What the door says, once it may be expected to know. */
const answerAt = async ({ followsNews = false }: Door, { present }: Credential, expected: unknown) => {
  let last = await present();
  if (!followsNews || last === expected) return last;
  const look = async () => {
    last = await present();
    return last === expected;
  };
  await waitFor('the news', look, 1_500).catch(() => undefined);
  return last;
};

describe.concurrent('every door', () => {
  it.each(all)('opens to whom nothing is wrong with: %s', async (_, { obtain }) => {
    const { present } = await obtain(cast, stack.gateway, await cast.somebody());
    expect(await present()).toBe('open');
  });
});

describe('a person in a forbidden state (N02, N22, N39)', () => {
  it('unverified: finds every door shut', async () => {
    const person = await unverifiedPerson(cast);
    for (const [name, door] of refusedIn('unverified')) {
      const { present } = await door.obtain(cast, stack.gateway, person);
      expect([name, await present()]).toEqual([name, door.rows.unverified]);
    }
  });

  it.each(forbiddenStates.filter((state) => state !== 'unverified'))('%s: finds every door shut', async (state) => {
    const person = await cast.somebody();
    const held = await Promise.all(
      refusedIn(state).map(async ([name, door]) => ({
        name,
        door,
        credential: await door.obtain(cast, stack.gateway, person),
      })),
    );
    await bringAbout[state](
      cast,
      person,
      held.map(({ credential }) => credential),
    );
    for (const { name, door, credential } of held) {
      const expected = door.rows[state];
      expect([name, await answerAt(door, credential, expected)]).toEqual([name, expected]);
    }
  });
});

describe('what works once', () => {
  it.each(refusedIn('used'))('lets one in of fifty who present it at once: %s (N09)', async (_, { rows, obtain }) => {
    const { present } = await obtain(cast, stack.gateway, await cast.somebody());
    const answers = await Promise.all(Array.from({ length: 50 }, present));
    expect(answers.filter((answer) => answer === 'open')).toHaveLength(1);
    // Hashing that many new passwords at once is too much to ask, and said so.
    const others = answers.filter((answer) => answer !== 'open' && answer !== 'overloaded');
    expect([...new Set(others)]).toEqual([rows.used]);
  });
});
