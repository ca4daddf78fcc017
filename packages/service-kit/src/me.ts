/** Parameters of paths and queries that name a user by id alone. */
const parameters: ReadonlySet<string> = new Set(['userId', 'memberId', 'actor', 'subject']);

/** Members of bodies that do, and those that name a thing of any type: `user:<id>`. */
const ids: ReadonlySet<string> = new Set(['userId']);
const things: ReadonlySet<string> = new Set(['user', 'owner']);

/** As deep as a member of a command of a list, below a member that wraps it all. */
const deepest = 3;

/**
 * Parameters in which `me` is the caller wherever a user stands. Nobody else does that, here or for bodies: what handlers
 * get has ids in it.
 *
 * @param callerId nobody, when nobody is signed in: `me` is then no id
 */
export const withMeInParameters = <Value>(
  values: Readonly<Record<string, Value | string>>,
  callerId: string | undefined,
): Readonly<Record<string, Value | string>> =>
  callerId === undefined
    ? values
    : Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          value === 'me' && parameters.has(name) ? callerId : value,
        ]),
      );

/** JSON in which `me`, and `user:me`, is the caller wherever a user stands. */
export const withMeInBody = (json: unknown, callerId: string | undefined): unknown =>
  callerId === undefined ? json : replaced(json, callerId, 0);

const replaced = (json: unknown, callerId: string, depth: number): unknown => {
  if (typeof json !== 'object' || json === null || depth > deepest) return json;
  if (Array.isArray(json)) return json.map((one) => replaced(one, callerId, depth + 1));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      named(name, value, callerId) ?? replaced(value, callerId, depth + 1),
    ]),
  );
};

const named = (name: string, value: unknown, callerId: string): string | undefined => {
  if (value === 'me' && ids.has(name)) return callerId;
  return value === 'user:me' && things.has(name) ? `user:${callerId}` : undefined;
};
