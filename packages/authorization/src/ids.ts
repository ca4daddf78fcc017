/** What is done about a text that is not an id; never comes back. */
export type Refuse = (reason: string) => never;

export interface ObjectId {
  /** The whole of it, `type:id`. */
  readonly text: string;
  readonly type: string;
  readonly id: string;
}

export interface UserId {
  readonly object: ObjectId;
  /** Of a userset. */
  readonly relation: string | undefined;
}

/** The id that stands for every object of a type. */
export const wildcard = '*';

const longestBytes = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a NUL is what it looks for; it ends strings elsewhere.
const forbidden = /[\s:#\u0000]/u;
const encoder = new TextEncoder();

/**
 * Reads `type:id`. Ids are taken exactly as they are: case, spelling in Unicode and all. They may hold anything but
 * NUL, white space, `#` and `:`, in at most 256 bytes of UTF-8, type included.
 */
export const parseObject = (text: string, refuse: Refuse): ObjectId => {
  const object = parse(text, refuse);
  return object.id === wildcard ? refuse(`"${text}" stands for many objects where one is needed`) : object;
};

/** Reads `type:id`, `type:id#relation` or `type:*`. */
export const parseUser = (text: string, refuse: Refuse): UserId => {
  const hash = text.indexOf('#');
  if (hash < 0) return { object: parse(text, refuse), relation: undefined };
  return { object: parseObject(text.slice(0, hash), refuse), relation: text.slice(hash + 1) };
};

const parse = (text: string, refuse: Refuse): ObjectId => {
  const colon = text.indexOf(':');
  const id = text.slice(colon + 1);
  if (colon < 1 || id === '') return refuse(`"${text}" is not of the form type:id`);
  if (forbidden.test(id)) return refuse(`the id of "${text}" has NUL, white space, "#" or ":" in it`);
  if (!text.isWellFormed()) return refuse('an id has half a surrogate pair in it');
  if (bytesOf(text) > longestBytes) return refuse(`an id is longer than ${longestBytes} bytes`);
  return { text, type: text.slice(0, colon), id };
};

/** At least as many as there are if those are too many. */
const bytesOf = (text: string): number =>
  3 * text.length <= longestBytes || text.length > longestBytes ? text.length : encoder.encode(text).length;
