import type { AccessState, Organization } from './state.ts';

/**
 * A state line by line, the same lines for equal states and others for others: whoever made it may have named its parts in
 * another order, as the database does with what is read back from it.
 */
export function* linesOf(state: AccessState): Generator<string, void, undefined> {
  const { edges, bootstrapped, revision, ...maps } = state;
  yield lineOf({ revision, bootstrapped });
  for (const [name, map] of byName(maps)) {
    for (const [key, value] of map.entries()) yield lineOf([name, key, plain(value)]);
  }
  for (const entry of edges.entries()) yield lineOf(entry);
}

const byName = <V>(parts: Readonly<Record<string, V>>): readonly (readonly [string, V])[] =>
  Object.entries(parts).sort(([one], [other]) => (one < other ? -1 : 1));

const lineOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(byName({ ...part })) : part,
  );

const plain = (value: unknown): unknown =>
  isOrganization(value) ? { ...value, reservations: [...value.reservations.entries()] } : value;

const isOrganization = (value: unknown): value is Organization =>
  typeof value === 'object' && value !== null && 'reservations' in value;
