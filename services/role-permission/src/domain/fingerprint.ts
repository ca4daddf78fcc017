import type { AccessState, Organization } from './state.ts';

/** A state line by line, the same lines for equal states and others for others. */
export function* linesOf(state: AccessState): Generator<string, void, undefined> {
  const { edges, bootstrapped, revision, ...maps } = state;
  yield JSON.stringify({ revision, bootstrapped });
  // Whoever made the state may have named its parts in another order.
  for (const [name, map] of Object.entries(maps).sort(([one], [other]) => (one < other ? -1 : 1))) {
    for (const [key, value] of map.entries()) yield JSON.stringify([name, key, plain(value)]);
  }
  for (const entry of edges.entries()) yield JSON.stringify(entry);
}

const plain = (value: unknown): unknown =>
  isOrganization(value) ? { ...value, reservations: [...value.reservations.entries()] } : value;

const isOrganization = (value: unknown): value is Organization =>
  typeof value === 'object' && value !== null && 'reservations' in value;
