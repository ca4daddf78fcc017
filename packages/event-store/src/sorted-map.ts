/** Entries of a leaf, or children of a branch. */
const width = 32;

interface Leaf<V> {
  readonly keys: readonly string[];
  readonly values: readonly V[];
}

/** `lows[i]` is at most every key below `children[i]`, and above every key before it; `lows[0]` is not looked at. */
interface Branch<V> {
  readonly lows: readonly string[];
  readonly children: readonly Node<V>[];
}

type Node<V> = Leaf<V> | Branch<V>;

/**
 * A persistent map with string keys in the order of their UTF-16 code units: a B-tree whose changes copy one path and
 * share the rest. A change costs a few small arrays however large the map is; the old map stays as it was.
 *
 * Deleting leaves nodes underfull and only drops empty ones, which keeps searches logarithmic in what was inserted
 * (Sen and Tarjan, "Deletion without rebalancing in multiway search trees").
 *
 * @example
 * const before = SortedMap.empty<string, number>().set('b', 2);
 * const after = before.set('a', 1);
 * [...after.entries()]; // [['a', 1], ['b', 2]]
 * before.has('a'); // false
 */
export class SortedMap<K extends string, V> {
  readonly #root: Node<V>;

  private constructor(root: Node<V>) {
    this.#root = root;
  }

  static empty<K extends string, V>(): SortedMap<K, V> {
    return new SortedMap<K, V>(emptyLeaf);
  }

  /**
   * All entries at once, in a fraction of the time of setting them one by one.
   *
   * @param entries in key order, each key once; throws a `RangeError` otherwise
   */
  static fromSorted<K extends string, V>(entries: Iterable<readonly [K, V]>): SortedMap<K, V> {
    const leaves = leavesOf(entries);
    let nodes: readonly Node<V>[] = leaves.length === 0 ? [emptyLeaf] : leaves;
    while (nodes.length > 1) nodes = branchesOf(nodes);
    return new SortedMap<K, V>(nodes[0] ?? emptyLeaf);
  }

  get isEmpty(): boolean {
    return isLeaf(this.#root) && this.#root.keys.length === 0;
  }

  /** Counted each time, a leaf at a time. */
  get size(): number {
    return sizeOf(this.#root);
  }

  get(key: string): V | undefined {
    const leaf = leafOf(this.#root, key);
    const at = lowerBound(leaf.keys, key);
    return leaf.keys[at] === key ? leaf.values[at] : undefined;
  }

  has(key: string): boolean {
    const leaf = leafOf(this.#root, key);
    return leaf.keys[lowerBound(leaf.keys, key)] === key;
  }

  /** Returns this very map if it has the value already. */
  set(key: K, value: V): SortedMap<K, V> {
    const nodes = put(this.#root, key, value);
    const [only, right] = nodes;
    if (only === this.#root || only === undefined) return this;
    return new SortedMap(right === undefined ? only : branchOf(nodes));
  }

  /** Returns this very map if it has no such key. */
  delete(key: string): SortedMap<K, V> {
    const root = without(this.#root, key);
    if (root === this.#root) return this;
    return new SortedMap(root === undefined ? emptyLeaf : collapse(root));
  }

  /** In key order, from the first key after the given one (from the very first without). */
  *entries(after?: string): Generator<readonly [K, V], void, undefined> {
    for (const [key, value] of walk(this.#root, after)) {
      // Only `set` puts keys in, so every key is a K.
      yield [key as K, value];
    }
  }
}

const emptyLeaf: Leaf<never> = { keys: [], values: [] };

const isLeaf = <V>(node: Node<V>): node is Leaf<V> => 'keys' in node;

const sizeOf = <V>(node: Node<V>): number =>
  isLeaf(node) ? node.keys.length : node.children.reduce((sum, child) => sum + sizeOf(child), 0);

/** Full leaves, but for the last. */
const leavesOf = <V>(entries: Iterable<readonly [string, V]>): readonly Leaf<V>[] => {
  const leaves: Leaf<V>[] = [];
  let keys: string[] = [];
  let values: V[] = [];
  let last: string | undefined;
  for (const [key, value] of entries) {
    if (last !== undefined && key <= last) throw new RangeError('keys must rise');
    last = key;
    if (keys.length === width) {
      leaves.push({ keys, values });
      keys = [];
      values = [];
    }
    keys.push(key);
    values.push(value);
  }
  if (keys.length > 0) leaves.push({ keys, values });
  return leaves;
};

const branchesOf = <V>(nodes: readonly Node<V>[]): readonly Node<V>[] =>
  Array.from({ length: Math.ceil(nodes.length / width) }, (_, n) => branchOf(nodes.slice(n * width, (n + 1) * width)));

/** The first index whose key is not below `key`. */
const lowerBound = (keys: readonly string[], key: string): number => {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The child that has the key if any has: the last whose low is not above it. */
const childIndex = (lows: readonly string[], key: string): number => {
  // Not from 0: smaller keys came into the first child since its low was noted, and it may even be above the next one.
  let low = 1;
  let high = lows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lows[middle] ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

const leafOf = <V>(root: Node<V>, key: string): Leaf<V> => {
  let node = root;
  while (!isLeaf(node)) {
    const child: Node<V> | undefined = node.children[childIndex(node.lows, key)];
    if (child === undefined) return emptyLeaf;
    node = child;
  }
  return node;
};

/** The node with the entry in it: itself if nothing changed, two nodes if it grew too wide. */
const put = <V>(node: Node<V>, key: string, value: V): readonly Node<V>[] => {
  if (isLeaf(node)) {
    const at = lowerBound(node.keys, key);
    if (node.keys[at] === key) {
      return [Object.is(node.values[at], value) ? node : { keys: node.keys, values: node.values.with(at, value) }];
    }
    const keys = node.keys.toSpliced(at, 0, key);
    const values = node.values.toSpliced(at, 0, value);
    if (keys.length <= width) return [{ keys, values }];
    // Ids are mostly made in rising order: splitting an append at the end keeps the leaves full.
    const cut = at === node.keys.length ? width : keys.length >>> 1;
    return [
      { keys: keys.slice(0, cut), values: values.slice(0, cut) },
      { keys: keys.slice(cut), values: values.slice(cut) },
    ];
  }
  const at = childIndex(node.lows, key);
  const child = node.children[at];
  if (child === undefined) return [node];
  const [left, right] = put(child, key, value);
  if (left === undefined || left === child) return [node];
  if (right === undefined) return [{ lows: node.lows, children: node.children.with(at, left) }];
  const lows = node.lows.toSpliced(at + 1, 0, lowOf(right));
  const children = node.children.toSpliced(at, 1, left, right);
  if (children.length <= width) return [{ lows, children }];
  const cut = at + 1 === node.children.length ? width : children.length >>> 1;
  return [
    { lows: lows.slice(0, cut), children: children.slice(0, cut) },
    { lows: lows.slice(cut), children: children.slice(cut) },
  ];
};

const lowOf = <V>(node: Node<V>): string => (isLeaf(node) ? node.keys[0] : node.lows[0]) ?? '';

const branchOf = <V>(children: readonly Node<V>[]): Branch<V> => ({ lows: children.map(lowOf), children });

/** The node without the key: itself if it has no such key, undefined if nothing is left. */
const without = <V>(node: Node<V>, key: string): Node<V> | undefined => {
  if (isLeaf(node)) {
    const at = lowerBound(node.keys, key);
    if (node.keys[at] !== key) return node;
    if (node.keys.length === 1) return undefined;
    return { keys: node.keys.toSpliced(at, 1), values: node.values.toSpliced(at, 1) };
  }
  const at = childIndex(node.lows, key);
  const child = node.children[at];
  if (child === undefined) return node;
  const left = without(child, key);
  if (left === child) return node;
  if (left !== undefined) return { lows: node.lows, children: node.children.with(at, left) };
  if (node.children.length === 1) return undefined;
  return { lows: node.lows.toSpliced(at, 1), children: node.children.toSpliced(at, 1) };
};

const collapse = <V>(root: Node<V>): Node<V> => {
  let node = root;
  while (!isLeaf(node) && node.children.length === 1) {
    const [child] = node.children;
    if (child === undefined) break;
    node = child;
  }
  return node;
};

function* walk<V>(node: Node<V>, after: string | undefined): Generator<readonly [string, V], void, undefined> {
  if (isLeaf(node)) {
    const start = after === undefined ? 0 : lowerBound(node.keys, after);
    for (const [offset, value] of node.values.slice(start).entries()) {
      const key = node.keys[start + offset];
      if (key !== undefined && key !== after) yield [key, value];
    }
    return;
  }
  const start = after === undefined ? 0 : childIndex(node.lows, after);
  for (const [offset, child] of node.children.slice(start).entries()) {
    yield* walk(child, offset === 0 ? after : undefined);
  }
}
