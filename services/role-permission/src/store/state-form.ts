import { createHash } from 'node:crypto';
import type { Head } from '@rollcall/event-store/log';
import type { Snapshot } from '@rollcall/event-store/snapshot';
import { SortedMap } from '@rollcall/event-store/sorted-map';
import { Edges } from '../domain/edges.ts';
import { linesOf } from '../domain/fingerprint.ts';
import {
  type AccessState,
  type AccessUser,
  type DeletedItem,
  type Group,
  initialState,
  type Organization,
  type Project,
  type Role,
  type Team,
} from '../domain/state.ts';
import { listed, numbersSection, SectionReader, valuesSection } from './columns.ts';
import { columnsOf, edgeSections, readEdgeColumns } from './edge-columns.ts';
import { joined, type Section, taken } from './sections.ts';
import type { Pause } from './turns.ts';

/**
 * Whoever changes what the state consists of, what the fold makes of events, or how either is written here gives this
 * the next number: what was kept before is then not used.
 */
const version = 4;

/** In which form states are written. What there is before any event is part of it: a later version has more built in. */
export const stateForm = `${version}-${createHash('sha256')
  .update([...linesOf(initialState())].join('\n'))
  .digest('hex')
  .slice(0, 16)}`;

/** What is said once. */
interface Mark {
  readonly head: Head;
  readonly at: number;
  readonly epoch: number;
  readonly revision: number;
  readonly bootstrapped: boolean;
}

interface PlainOrganization extends Omit<Organization, 'reservations'> {
  readonly reservations: readonly (readonly [string, string])[];
}

/** A snapshot in a form that is loaded rather than replayed; {@link read} reads the sections in the same order. */
export const written = async (snapshot: Snapshot<AccessState>, pause: Pause): Promise<Uint8Array> => {
  const { head, at, epoch, state, recentCommands } = snapshot;
  const { revision, bootstrapped, permissions, roles, groups, teams, projects, deleted } = state;
  const mark: Mark = { head, at, epoch, revision, bootstrapped };
  const users = await listed(state.users.entries(), pause);
  const sequences = await listed(state.subjectSequences.entries(), pause);
  const commands = await listed(recentCommands, pause);
  const sections: Section[] = [
    await valuesSection([mark], pause),
    await valuesSection(users.keys, pause),
    numbersSection(new Int32Array(users.values.map(({ suspended }) => Number(suspended)))),
    await valuesSection([...state.organizations.entries()].map(plain), pause),
  ];
  for (const map of [permissions, roles, groups, teams, projects, deleted]) {
    const { keys, values } = await listed<unknown>(map.entries(), pause);
    sections.push(await valuesSection(keys, pause), await valuesSection(values, pause));
  }
  sections.push(
    await valuesSection(sequences.keys, pause),
    numbersSection(new Float64Array(sequences.values)),
    ...(await edgeSections(await columnsOf(state.edges, pause), pause)),
    await valuesSection(commands.keys, pause),
    numbersSection(new Float64Array(commands.values)),
  );
  return joined(sections, pause);
};

/**
 * The snapshot that was written.
 *
 * @param all of {@link stateForm}, from the beginning of a piece of memory
 * @throws Damaged if a bit of it is not as it was written
 */
export const read = (all: Uint8Array<ArrayBuffer>): Snapshot<AccessState> => {
  const reader = new SectionReader(taken(all));
  const map = <V>() => SortedMap.fromSorted(paired(reader.values<string>(), reader.values<V>()));
  const [mark] = reader.values<Mark>();
  if (!mark) throw new Error('a snapshot without a mark was written');
  const { head, at, epoch, revision, bootstrapped } = mark;
  const state: AccessState = {
    revision,
    bootstrapped,
    users: SortedMap.fromSorted(paired(reader.values<string>(), Array.from(reader.integers(), userOf))),
    organizations: SortedMap.fromSorted(reader.values<[string, PlainOrganization]>().map(whole)),
    permissions: map<string>(),
    roles: map<Role>(),
    groups: map<Group>(),
    teams: map<Team>(),
    projects: map<Project>(),
    deleted: map<DeletedItem>(),
    subjectSequences: SortedMap.fromSorted(paired(reader.values<string>(), reader.floats())),
    edges: Edges.of(readEdgeColumns(reader)),
  };
  const recentCommands = [...paired(reader.values<string>(), reader.floats())];
  return { head, at, epoch, state, recentCommands };
};

function* paired<V>(keys: readonly string[], values: ArrayLike<V>): Generator<readonly [string, V], void, undefined> {
  for (const [n, key] of keys.entries()) {
    const value = values[n];
    if (value !== undefined) yield [key, value];
  }
}

const active: AccessUser = { suspended: false };
const barred: AccessUser = { suspended: true };
const userOf = (suspended: number): AccessUser => (suspended === 0 ? active : barred);

const plain = ([id, { reservations, ...organization }]: readonly [string, Organization]): readonly [
  string,
  PlainOrganization,
] => [id, { ...organization, reservations: [...reservations.entries()] }];

const whole = ([id, { reservations, ...organization }]: readonly [string, PlainOrganization]): readonly [
  string,
  Organization,
] => [id, { ...organization, reservations: SortedMap.fromSorted(reservations) }];
