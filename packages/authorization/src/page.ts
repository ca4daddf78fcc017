/** Which part of a list is wanted. */
export interface PageOptions {
  /** Only what comes after this one. */
  readonly after?: string;
  readonly limit?: number;
}

export interface Page {
  /** In the order of their UTF-16 code units, each once. */
  readonly items: readonly string[];
  /** What to go on after, if there is more. */
  readonly next?: string;
}

/** The part of these names that is wanted. */
export const pageOf = (names: readonly string[], { after, limit = Number.POSITIVE_INFINITY }: PageOptions): Page => {
  const wanted = (after === undefined ? [...names] : names.filter((name) => name > after)).sort();
  const items = wanted.slice(0, limit);
  const next = items.length < wanted.length ? items.at(-1) : undefined;
  return next === undefined ? { items } : { items, next };
};
