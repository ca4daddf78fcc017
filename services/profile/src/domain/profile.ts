import type { ProfileFacts } from '@rollcall/types/people';

/** Fields of a profile that hold a text or nothing. */
export const textFields = [
  'firstName',
  'lastName',
  'description',
  'gender',
  'countryCode',
  'locale',
  'timeZone',
] as const satisfies readonly (keyof ProfileFacts)[];
type TextField = (typeof textFields)[number];

/** The part of a profile that can be changed. */
export interface ProfileState extends Readonly<Record<TextField, string | null>> {
  /** By system. */
  readonly externalIds: Readonly<Record<string, string>>;
}

/** RFC 7396: what is absent stays, null takes away. */
export interface ProfilePatch extends ProfileFacts {
  readonly externalIds?: Readonly<Record<string, string | null>> | undefined;
}

/** What a patch comes to: the fields that get another value, and nothing else. */
export interface ProfileChange {
  readonly fields: readonly (keyof ProfileState)[];
  readonly before: Partial<ProfileState>;
  readonly after: Partial<ProfileState>;
}

/** What does this patch change? Undefined when everything is as it asks already. */
export const decideChange = (state: ProfileState, patch: ProfilePatch): ProfileChange | undefined => {
  const texts = textFields.filter((field) => patch[field] !== undefined && patch[field] !== state[field]);
  const externalIds = mergeExternalIds(state.externalIds, patch.externalIds ?? {});
  const idsDiffer = !haveSameEntries(externalIds, state.externalIds);
  if (texts.length === 0 && !idsDiffer) return undefined;
  return {
    fields: idsDiffer ? [...texts, 'externalIds'] : texts,
    before: { ...pick(state, texts), ...(idsDiffer ? { externalIds: state.externalIds } : {}) },
    after: { ...pick(patch, texts), ...(idsDiffer ? { externalIds } : {}) },
  };
};

const pick = (values: ProfileFacts, fields: readonly TextField[]): Partial<Record<TextField, string | null>> =>
  Object.fromEntries(fields.map((field) => [field, values[field] ?? null] as const));

// Through a Map: names of systems come from outside, and "constructor" is a good one.
const mergeExternalIds = (
  ids: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>>,
): Record<string, string> => {
  const merged = new Map(Object.entries(ids));
  for (const [system, id] of Object.entries(patch)) {
    if (id === null) merged.delete(system);
    else merged.set(system, id);
  }
  return Object.fromEntries(merged);
};

const haveSameEntries = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean => {
  const entries = new Map(Object.entries(one));
  const others = Object.entries(other);
  return entries.size === others.length && others.every(([key, value]) => entries.get(key) === value);
};
