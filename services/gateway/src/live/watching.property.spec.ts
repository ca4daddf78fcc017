import { newId } from '@rollcall/service-kit/identity';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessEntry } from './access-feed.ts';
import { joins, leaves } from './testing/fake-feed.ts';
import type { FakeLine, Said } from './testing/fake-line.ts';
import { settled, Theatre } from './testing/theatre.ts';

const organizations = [newId(), newId(), newId()];

type Step =
  | { readonly type: 'write'; readonly about: number; readonly isTold: boolean }
  | { readonly type: 'join' | 'leave'; readonly about: number }
  | { readonly type: 'reconnect'; readonly lost: number }
  | { readonly type: 'known'; readonly is: boolean }
  | { readonly type: 'reload' | 'wake' | 'tick' };

const about = fc.nat({ max: organizations.length - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('write' as const), about, isTold: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('join' as const, 'leave' as const), about }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('reconnect' as const), lost: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('known' as const), is: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('wake' as const, 'tick' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reload' as const) }) },
);

const stories = fc.array(step, { maxLength: 40, size: 'max' });

/**
 * Somebody who watches, whose connection breaks again and again, and who comes back each time with the last `resume` that
 * reached them. What did not reach them they have not seen.
 */
class Watcher {
  readonly seen: number[] = [];
  readonly #theatre: Theatre;
  readonly #userId: string;
  readonly #speed: number;
  #line: FakeLine | undefined;
  #resume: string | number = 0;

  constructor(theatre: Theatre, userId: string, speed: number) {
    this.#theatre = theatre;
    this.#userId = userId;
    this.#speed = speed;
  }

  async connect(): Promise<void> {
    const { line, subscribe } = this.#theatre.seat(this.#userId);
    this.#line = line;
    await subscribe('access', { from: this.#resume, speed: this.#speed });
  }

  /** Whoever was sent away, or not let in, tries again. */
  async comesBack(): Promise<void> {
    if (this.#line?.isOpen && this.#line.heard('error').length === 0) return;
    this.breaks(0);
    await this.connect();
  }

  /** The connection breaks, and so many of the last messages do not arrive. */
  breaks(lost: number): void {
    const said = this.#line?.said ?? [];
    for (const message of said.slice(0, said.length - lost)) this.#hear(message);
    this.#line?.end(1006);
  }

  #hear({ event, resume }: Said): void {
    if (resume !== undefined) this.#resume = resume;
    if (event) this.seen.push(event.position);
  }
}

const isOf = ({ concern }: AccessEntry, organization = ''): boolean => concern.organizations.includes(organization);

/** Plays the steps; returns what the watcher saw, and what there was to see. */
const play = async (steps: readonly Step[], speed: number, hasRights: 'kept' | 'changing') => {
  const theatre = new Theatre();
  const { feed } = theatre;
  const userId = newId();
  const [mine] = organizations;
  feed.write({}, joins(userId, `organization:${mine}`));
  /** Whoever reads the past of a log waits for it. */
  feed.beforeHistory = settled;
  const watcher = new Watcher(theatre, userId, speed);
  const mayHaveSeen = new Set<number>();
  const rights = new Set([mine]);
  const noteRights = () => {
    for (const entry of feed.log)
      if ([...rights].some((mine) => isOf(entry, mine))) mayHaveSeen.add(entry.event.position);
  };

  await watcher.connect();
  for (const step of steps) {
    if (step.type === 'write') {
      feed.append({ organizations: organizations.slice(step.about, step.about + 1) });
      noteRights();
      if (step.isTold) feed.tell();
    } else if (step.type === 'join' || step.type === 'leave') {
      const organization = organizations[step.about] ?? '';
      if (hasRights === 'kept' || step.about === 0) continue;
      feed.write({}, (step.type === 'join' ? joins : leaves)(userId, `organization:${organization}`));
      if (step.type === 'join') rights.add(organization);
      else rights.delete(organization);
      noteRights();
    } else if (step.type === 'reconnect') {
      watcher.breaks(step.lost);
      await watcher.connect();
    } else if (step.type === 'known') feed.isKnown = step.is;
    else if (step.type === 'wake') await theatre.wake();
    else if (step.type === 'reload') feed.reload(feed.epoch);
    else theatre.watch.tick();
    await settled();
    if (feed.isKnown) await watcher.comesBack();
  }
  feed.isKnown = true;
  feed.tell();
  theatre.watch.tick();
  await watcher.comesBack();
  for (let quiet = 0; quiet < 5; quiet++) if ((await theatre.wake()).length > 0) quiet = 0;
  watcher.breaks(0);
  const positions = (entries: readonly AccessEntry[]) => entries.map(({ event }) => event.position);
  return { seen: watcher.seen, mine: positions(feed.log.filter((entry) => isOf(entry, mine))), mayHaveSeen };
};

it('whoever watches sees each event that they may see once and in order, however often they come back', () =>
  fc.assert(
    fc.asyncProperty(stories, fc.constantFrom(0, 100), async (steps, speed) => {
      const { seen, mine } = await play(steps, speed, 'kept');
      expect(seen).toEqual(mine);
    }),
    { numRuns: 100 },
  ));

it('rights that change midway show nothing that was never allowed, nothing twice and nothing out of order', () =>
  fc.assert(
    fc.asyncProperty(stories, fc.constantFrom(0, 100), async (steps, speed) => {
      const { seen, mine, mayHaveSeen } = await play(steps, speed, 'changing');
      expect(seen).toEqual([...new Set(seen)].sort((one, other) => one - other));
      expect(seen.filter((position) => !mayHaveSeen.has(position))).toEqual([]);
      // What they may see all along they miss nothing of.
      expect(seen.filter((position) => mine.includes(position))).toEqual(mine);
    }),
    { numRuns: 100 },
  ));
